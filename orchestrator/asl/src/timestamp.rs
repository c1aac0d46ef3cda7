//! RFC 3339 timestamps as the States Language has them: a capital `T`, and `Z` or a numeric offset.

/// A point in time, to the nanosecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    seconds: i64,
    nanos: u32,
}

impl Instant {
    /// Reads `2016-03-14T01:59:00Z`, with up to nine digits of fraction and any offset. `None` if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Cursor { bytes: text.as_bytes() };
        let year = rest.digits(4)?;
        rest.literal(b'-')?;
        let month = rest.digits_within(2, 1, 12)?;
        rest.literal(b'-')?;
        let day = rest.digits_within(2, 1, days_in_month(year, month))?;
        rest.literal(b'T')?;
        let hour = rest.digits_within(2, 0, 23)?;
        rest.literal(b':')?;
        let minute = rest.digits_within(2, 0, 59)?;
        rest.literal(b':')?;
        let second = rest.digits_within(2, 0, 59)?;
        let nanos = rest.fraction()?;
        let offset = rest.offset_seconds()?;
        if !rest.bytes.is_empty() {
            return None;
        }
        let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Some(Self { seconds: days_since_epoch(year, month, day) * 86_400 + of_day - offset, nanos })
    }

    /// Microseconds since 1970-01-01T00:00:00Z, rounded down.
    pub fn as_micros(self) -> i64 {
        self.seconds * 1_000_000 + i64::from(self.nanos / 1_000)
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
}

impl Cursor<'_> {
    fn literal(&mut self, expected: u8) -> Option<()> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        (*first == expected).then_some(())
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        digits
            .iter()
            .try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0')))
    }

    fn digits_within(&mut self, count: usize, least: u32, most: u32) -> Option<u32> {
        self.digits(count).filter(|value| (least..=most).contains(value))
    }

    fn fraction(&mut self) -> Option<u32> {
        if self.bytes.first() != Some(&b'.') {
            return Some(0);
        }
        self.literal(b'.')?;
        let count = self.bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&count) {
            return None;
        }
        let value = self.digits(count)?;
        Some((count..9).fold(value, |value, _| value * 10))
    }

    fn offset_seconds(&mut self) -> Option<i64> {
        let sign = match self.bytes.first()? {
            b'Z' => return self.literal(b'Z').map(|()| 0),
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.bytes = &self.bytes[1..];
        let hours = self.digits_within(2, 0, 18)?;
        self.literal(b':')?;
        let minutes = self.digits_within(2, 0, 59)?;
        Some(sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
    }
}

fn days_in_month(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that the leap day is
/// the last day of a year and months have a regular length.
fn days_since_epoch(year: u32, month: u32, day: u32) -> i64 {
    let (year, month) = (i64::from(year), i64::from(month));
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<i64>) {
        assert_eq!(Instant::parse(text).map(Instant::as_micros), expected, "{text}");
    }

    #[test]
    fn rfc_3339_timestamps_are_read_and_nothing_else_is() {
        check("1970-01-01T00:00:00Z", Some(0));
        check("2023-11-14T22:13:20.123456Z", Some(1_700_000_000_123_456));
        check("2000-02-29T12:00:00+01:00", Some(951_822_000_000_000));
        check("1969-12-31T23:59:59.999999999Z", Some(-1));
        check("0000-03-01T00:00:00Z", Some(-62_162_035_200_000_000));
        for wrong in [
            "2016-13-05T21:29:29Z",
            "2016-12-05T25:29:29Z",
            "2016-12-05T21:29:29",
            "2016-12-05 21:29:29Z",
            "2016-12-05t21:29:29z",
            "05-12-2016T21:29:29Z",
            "2015-02-29T00:00:00Z",
            "2016-12-05T21:29:29.Z",
            "2016-12-05T21:29:29.1234567890Z",
            "2016-12-05T21:29:29Zz",
            "2016-12-05",
            "",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn instants_are_ordered_whatever_their_offset() {
        let parse = |text| Instant::parse(text).unwrap();
        assert!(parse("2012-10-09T19:00:55+01:00") < parse("2012-10-09T19:00:55Z"));
        assert!(parse("2012-10-09T19:00:55.000000001Z") > parse("2012-10-09T19:00:55Z"));
    }
}
