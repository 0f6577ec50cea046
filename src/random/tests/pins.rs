//! Literal draws. They are part of what a release promises: the same scenario and seed give the
//! same bytes. Changing any value below is a breaking change, to be told in the changelog; if a new
//! version of the crate `libm` changes one, stay with the old version.

use super::{Branch, Distribution, Empirical, Key, stream};

/// Asserts the first two words of draw 0, and the first words of draw 1 and of the last draw.
#[track_caller]
fn check_words(key: Key, pinned: [u64; 4]) {
    let stream = key.stream();
    let mut first = stream.at(0);
    let words = [
        first.next_u64(),
        first.next_u64(),
        stream.at(1).next_u64(),
        stream.at(u64::MAX).next_u64(),
    ];
    assert_eq!(words, pinned);
}

#[test]
fn words_of_named_streams() {
    let root = Key::root(20_261_122);
    check_words(
        root,
        [
            4_634_307_898_500_926_347,
            11_712_350_922_113_869_412,
            16_760_443_653_220_240_749,
            12_167_233_682_606_471_772,
        ],
    );
    check_words(
        root.index(1),
        [
            13_923_099_610_764_568_303,
            17_431_948_875_019_729_698,
            9_248_052_416_918_906_368,
            10_434_038_271_053_857_666,
        ],
    );
    check_words(
        root.name("arrivals"),
        [
            8_440_716_948_213_781_201,
            9_406_852_955_926_454_952,
            10_525_092_871_259_426_528,
            1_696_983_000_629_463_941,
        ],
    );
    check_words(
        root.index(3).name("startup").index(41).name("agents").index(7).name("cost"),
        [
            17_403_182_908_622_994_210,
            15_252_013_564_362_978_010,
            9_847_573_242_348_549_818,
            996_462_789_956_224_124,
        ],
    );
}

/// Asserts the bits of a distribution's first three samples, and a digest of the first 10,000 that
/// reaches the rare paths too.
#[track_caller]
fn check_samples(distribution: &Distribution, pinned: [u64; 3], digest: u64) {
    let sampler = distribution.sampler();
    let stream = stream("pins");
    let sample = |n| sampler.sample(&mut stream.at(n)).to_bits();
    let what = format!("{distribution:?}");
    assert_eq!([0, 1, 2].map(sample), pinned, "{what}: {:#018x?}", [0, 1, 2].map(sample));
    let all = (0..10_000).map(sample).fold(0, |digest: u64, bits| digest.rotate_left(1) ^ bits);
    assert_eq!(all, digest, "{what}: {all:#018x}");
}

#[test]
fn samples_of_continuous_distributions() {
    check_samples(
        &Distribution::Exponential { mean: 1e9 },
        [0x41cd_1d80_2fa8_75db, 0x41c1_574e_24e3_b858, 0x41c1_be68_5647_b446],
        0x8d2a_ea49_3437_72e5,
    );
    check_samples(
        &Distribution::Uniform { min: 1.0, max: 5.0 },
        [0x4006_e965_a272_6c3a, 0x4013_a3a9_49fb_e51c, 0x4012_519e_d697_982a],
        0x8e08_4948_0198_6559,
    );
    check_samples(
        &Distribution::Normal { mean: 100.0, cv: 0.5 },
        [0x4061_9bbd_01d5_d71b, 0x4061_897a_c2cc_7025, 0x404e_40c0_c20e_a6e8],
        0xab6b_7d88_f7cc_4d6f,
    );
    check_samples(
        &Distribution::Lognormal { mean: 100.0, cv: 1.5 },
        [0x4060_d702_1a53_99bf, 0x4060_a1ed_7418_1b0b, 0x4037_87d2_bd83_d664],
        0x6102_ad19_6b84_8c7b,
    );
    check_samples(
        &Distribution::Gamma { mean: 100.0, cv: 0.5 },
        [0x4061_13fd_6a0a_6743, 0x4060_fd38_3dae_56d3, 0x404d_684e_fb56_357d],
        0xbe01_7346_3705_4fe0,
    );
    check_samples(
        &Distribution::Gamma { mean: 100.0, cv: 2.0 },
        [0x4027_8027_28b5_1450, 0x403c_4057_7b6a_62c7, 0x4052_6ae7_7fdd_974c],
        0x7b20_db21_13d4_1691,
    );
    check_samples(
        &Distribution::Weibull { mean: 100.0, cv: 2.0 },
        [0x404b_8d6e_9d26_fcf0, 0x4035_3558_feb6_8fbe, 0x4036_1ff8_90d4_3909],
        0x5ccb_7db0_a1fa_0328,
    );
    check_samples(
        &Distribution::Erlang { mean: 100.0, k: 3 },
        [0x4057_ec69_8213_d46b, 0x4051_c801_a7f5_8a03, 0x4055_28f0_0bca_782a],
        0xc201_2de4_ba22_989c,
    );
    check_samples(
        &Distribution::Pareto { minimum: 100.0, shape: 1.5 },
        [0x4067_f9af_5e9e_de0a, 0x4062_6c7b_7063_fade, 0x4062_972a_7df2_b4a7],
        0xd58f_b224_142d_5c6a,
    );
    check_samples(
        &Distribution::Hyperexponential { mean: 100.0, cv: 2.0 },
        [0x4047_d585_6a3a_5cd4, 0x4044_7173_27af_36c8, 0x4059_2121_c6c8_12eb],
        0x486b_6716_7dda_c39a,
    );
}

#[test]
fn samples_of_counts() {
    check_samples(
        &Distribution::UniformCount { min: 0, max: 999_999 },
        [0x411c_7118_0000_0000, 0x412d_d460_0000_0000, 0x412b_4f9c_0000_0000],
        0xa5e4_8b68_fcb1_ab4f,
    );
    check_samples(
        &Distribution::Geometric { mean: 20.0 },
        [0x4034_0000_0000_0000, 0x4028_0000_0000_0000, 0x4028_0000_0000_0000],
        0x96ed_e8a3_9509_f86a,
    );
    check_samples(
        &Distribution::Poisson { mean: 4.0 },
        [0x4014_0000_0000_0000, 0x401c_0000_0000_0000, 0x4008_0000_0000_0000],
        0x10ef_f3e4_d07a_da5b,
    );
    check_samples(
        &Distribution::Poisson { mean: 4000.0 },
        [0x40af_3400_0000_0000, 0x40af_0000_0000_0000, 0x40af_fa00_0000_0000],
        0xf910_fd55_0cbf_5cb8,
    );
}

#[test]
fn samples_of_mixtures_and_observed_values() {
    let branches = [(3, Distribution::Exponential { mean: 1e9 }), (1, Distribution::Constant(7.0))];
    let branches = branches.into_iter().map(|(weight, of)| Branch { weight, of });
    check_samples(
        &Distribution::Mixture(branches.collect()),
        [0x41c9_35d5_df23_4d3a, 0x401c_0000_0000_0000, 0x401c_0000_0000_0000],
        0x4fc5_1f91_394c_30f5,
    );
    let of = Box::new(Distribution::Poisson { mean: 4.0 });
    check_samples(
        &Distribution::Scaled { unit: 1e3, of },
        [0x40b3_8800_0000_0000, 0x40bb_5800_0000_0000, 0x40a7_7000_0000_0000],
        0xfefb_bb76_d3f8_e6b3,
    );
    let values = || (0..1_000).map(f64::from);
    let even = Empirical::even(values().collect()).unwrap();
    check_samples(
        &Distribution::Empirical(even),
        [0x407d_1000_0000_0000, 0x408e_8800_0000_0000, 0x408b_f000_0000_0000],
        0xc7ba_9647_2002_548a,
    );
    let weighted: Vec<(f64, f64)> = values().map(|value| (value, value + 1.0)).collect();
    let weighted = Empirical::weighted(&weighted).unwrap();
    check_samples(
        &Distribution::Empirical(weighted),
        [0x4085_5000_0000_0000, 0x408e_e000_0000_0000, 0x408d_8800_0000_0000],
        0x0358_1362_40ab_6cbe,
    );
}
