//! Every provider, in one place.
//!
//! A row names the provider's file and the benches on which its behaviour is tested: functions in that file's
//! `bench` module. The row alone generates the tests; without it a test fails.

use crate::ProviderKind;

/// A provider that can be chosen by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registration {
    /// What it does.
    pub kind: ProviderKind,
    /// Its name: that of its file.
    pub name: &'static str,
}

macro_rules! register {
    ($($variant:ident $kind:ident { $($provider:ident => $($bench:ident),+;)+ })+) => {
        /// Every provider.
        pub const PROVIDERS: &[Registration] = &[
            $($(Registration { kind: ProviderKind::$variant, name: stringify!($provider) },)+)+
        ];

        #[cfg(test)]
        mod behaviour {
            $(mod $kind { $(mod $provider { $(mod $bench {
                register!(@suite $kind $provider $bench);
            })+ })+ })+
        }
    };
    (@suite payment $provider:ident $bench:ident) => {
        crate::payment::suite::payment_cases!(
            crate::suite::each_case_a_test, [crate::payment::suite, crate::payment::$provider::bench::$bench]
        );
    };
    (@suite inventory $provider:ident $bench:ident) => {
        crate::inventory::suite::inventory_cases!(
            crate::suite::each_case_a_test, [crate::inventory::suite, crate::inventory::$provider::bench::$bench]
        );
    };
    (@suite notification $provider:ident $bench:ident) => {
        crate::notification::suite::notification_cases!(
            crate::suite::each_case_a_test,
            [crate::notification::suite, crate::notification::$provider::bench::$bench]
        );
    };
}

register! {
    Payment payment {
        sandbox => memory, sqlite;
    }
    Inventory inventory {
        sandbox => memory, sqlite;
    }
    Notification notification {
        sandbox => memory, sqlite;
        smtp => aiosmtpd;
    }
}
