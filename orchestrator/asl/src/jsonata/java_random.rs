//! The first number of `java.util.Random`, which `$random` draws from when it is given a seed. Measured on Step Functions.

/// At least 0 and less than 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
pub(super) fn first(seed: i64) -> f64 {
    let state = step(seed.cast_unsigned() ^ MULTIPLIER);
    let high = state >> 22;
    let low = step(state) >> 21;
    ((high << 27) + low) as f64 / (1_u64 << 53) as f64
}

const MULTIPLIER: u64 = 0x5_DEEC_E66D;

/// The next of the generator's states, which have 48 bits.
fn step(state: u64) -> u64 {
    state.wrapping_mul(MULTIPLIER).wrapping_add(0xB) & ((1 << 48) - 1)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the numbers are exact")]
mod tests {
    use super::first;

    #[test]
    fn numbers_are_those_of_java() {
        assert_eq!(first(42), 0.727_563_680_032_868_1);
        assert_eq!(first(0), 0.730_967_787_376_657);
        assert_eq!(first(7), 0.730_699_042_060_042_1);
    }
}
