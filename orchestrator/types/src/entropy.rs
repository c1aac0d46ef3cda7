//! Chance as a parameter.

use std::sync::atomic::{AtomicU64, Ordering};

/// Where random numbers come from. Never used for anything that must be unguessable.
pub trait Entropy: Send + Sync + 'static {
    /// The next 64 random bits.
    fn next_u64(&self) -> u64;
}

/// Sebastiano Vigna's SplitMix64: small, well distributed, and replayable from its seed.
///
/// Each draw is one atomic addition, so that many attempts may draw at once.
#[derive(Debug)]
pub struct SplitMix {
    state: AtomicU64,
}

impl SplitMix {
    /// A generator that repeats the same sequence for the same seed.
    pub fn from_seed(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// A generator seeded by the operating system.
    pub fn from_system() -> Self {
        let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
        Self::from_seed(high ^ low.rotate_left(32))
    }
}

impl Entropy for SplitMix {
    fn next_u64(&self) -> u64 {
        const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.state.fetch_add(GOLDEN_GAMMA, Ordering::Relaxed).wrapping_add(GOLDEN_GAMMA);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        let random = SplitMix::from_seed(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }
}
