//! Mistakes in the windows of thresholds, as the user reads them.

use insta::assert_snapshot;
use limitlab::scenario::{ScenarioError, parse};

/// Two days of which the first 6 h are not measured, in bins of 15m.
const BASE: &str = "limitlab: 1
name: windows
duration: 2d
warm_up: 6h
workspaces:
  - { group: shops, agents: [{ name: sales, traffic: { rate: 40/d } }] }
thresholds: [THRESHOLD]
";

/// The messages about a threshold, with more replaced.
fn about(threshold: &str, replaced: &[(&str, &str)]) -> String {
    let mut text = BASE.replace("THRESHOLD", threshold);
    for (piece, by) in replaced {
        assert!(text.contains(piece), "{piece}");
        text = text.replace(piece, by);
    }
    match parse("x.yaml", &text, &[]) {
        Err(ScenarioError::Faults(faults)) => faults.to_string(),
        Err(error) => error.to_string(),
        Ok(_) => "no mistakes".to_owned(),
    }
}

#[test]
fn a_window_that_fits_is_no_mistake() {
    for threshold in [
        "latency.p99 < 30s over 1h",
        "'refusal.rate{group=shops} < 1% over 42h'",
        "loss.rate < 1% over 15m",
        "messages.lost == 0 over 1d",
    ] {
        assert_eq!(about(threshold, &[]), "no mistakes", "{threshold}");
    }
}

#[test]
fn what_is_no_window_is_told() {
    assert_snapshot!(about("latency.p99 < 30s over", &[]), @"
    x.yaml:7:36: error: the window after `over` is missing
      |
    7 | thresholds: [latency.p99 < 30s over]
      |                                    ^
    hint: write it as in `latency.p99 < 10s over 1h`

    1 mistake in x.yaml
    ");
    assert_snapshot!(about("latency.p99 < 30s over 1 hour", &[]), @"
    x.yaml:7:37: error: `1 hour` is not a duration such as `1h`
      |
    7 | thresholds: [latency.p99 < 30s over 1 hour]
      |                                     ^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(about("latency.p99 < 30s over 0s", &[]), @"
    x.yaml:7:37: error: a window must be longer than 0s
      |
    7 | thresholds: [latency.p99 < 30s over 0s]
      |                                     ^^
    hint: any duration, such as `1h`

    1 mistake in x.yaml
    ");
    assert_snapshot!(about("latency.p99 < over 1h", &[]), @"
    x.yaml:7:28: error: the bound is missing
      |
    7 | thresholds: [latency.p99 < over 1h]
      |                            ^
    hint: expected a duration such as `10s`

    1 mistake in x.yaml
    ");
}

#[test]
fn windows_consist_of_bins() {
    assert_snapshot!(about("latency.p99 < 30s over 90s", &[]), @"
    x.yaml:7:37: error: a window of 1m30s is no whole number of bins of 15m
      |
    7 | thresholds: [latency.p99 < 30s over 90s]
      |                                     ^^^
    hint: `series: { every: 1m30s }` makes bins that fit

    1 mistake in x.yaml
    ");
    assert_snapshot!(about("latency.p99 < 30s over 7m", &[("duration: 2d", "duration: 30d")]), @"
    x.yaml:7:37: error: a window of 7m is no whole number of bins of 6h
      |
    7 | thresholds: [latency.p99 < 30s over 7m]
      |                                     ^^
    hint: in this duration no window can be so short: 5_000 bins are the most

    1 mistake in x.yaml
    ");
    assert_snapshot!(about("latency.p99 < 30s over 10ms", &[]), @"
    x.yaml:7:37: error: a window of 10ms is no whole number of bins of 15m
      |
    7 | thresholds: [latency.p99 < 30s over 10ms]
      |                                     ^^^^
    hint: in this duration no window can be so short: 5_000 bins are the most

    1 mistake in x.yaml
    ");
}

#[test]
fn windows_lie_in_what_is_measured() {
    assert_snapshot!(about("latency.p99 < 30s over 43h", &[]), @"
    x.yaml:7:37: error: no window of 1d19h fits into what is measured
      |
    7 | thresholds: [latency.p99 < 30s over 43h]
      |                                     ^^^
    hint: that is 6h to 2d after the start

    1 mistake in x.yaml
    ");
    let odd = [("warm_up: 6h", "warm_up: 6h1m")];
    assert_snapshot!(about("latency.p99 < 30s over 41h45m", &odd), @"no mistakes");
    let bins = [("warm_up: 6h", "warm_up: 30h\nseries: { every: 10h }")];
    assert_snapshot!(about("latency.p99 < 30s over 10h", &bins), @"no mistakes");
    let bins = [("warm_up: 6h", "warm_up: 31h\nseries: { every: 10h }")];
    assert_snapshot!(about("latency.p99 < 30s over 10h", &bins), @"
    x.yaml:8:37: error: no window of 10h fits into the bins that are measured whole
      |
    8 | thresholds: [latency.p99 < 30s over 10h]
      |                                     ^^^
    hint: no bin of 10h lies whole between 1d7h and 2d

    1 mistake in x.yaml
    ");
}

#[test]
fn metrics_that_windows_do_not_tell_are_named() {
    assert_snapshot!(about("active.mean < 3 over 1h", &[]), @"
    x.yaml:7:35: error: `active.mean` cannot be judged over windows
      |
    7 | thresholds: [active.mean < 3 over 1h]
      |                                   ^^
    hint: over windows there are `attempts.offered`, `.admitted` and `.refused`, `refusal.rate`, `messages.offered`, `.completed` and `.lost`, `loss.rate`, `goodput.rate`, all of `latency`, `wait` and `service`, `backend.utilisation`, `.queue.mean`, `.in_system.mean` and `.throughput`

    1 mistake in x.yaml
    ");
    let quoted = "'loss.rate{reason=overloaded} < 1% over 1h'";
    assert_snapshot!(about(quoted, &[]), @"
    x.yaml:7:54: error: `loss.rate{reason=overloaded}` cannot be judged over windows
      |
    7 | thresholds: ['loss.rate{reason=overloaded} < 1% over 1h']
      |                                                      ^^
    hint: over windows there are `attempts.offered`, `.admitted` and `.refused`, `refusal.rate`, `messages.offered`, `.completed` and `.lost`, `loss.rate`, `goodput.rate`, all of `latency`, `wait` and `service`, `backend.utilisation`, `.queue.mean`, `.in_system.mean` and `.throughput`

    1 mistake in x.yaml
    ");
    let cut = [("warm_up: 6h", "warm_up: 6h\ndrain: cut")];
    assert_snapshot!(about("loss.rate < 1% over 1h", &cut), @"
    x.yaml:8:34: error: `loss.rate` cannot be judged over windows with `drain: cut`
      |
    8 | thresholds: [loss.rate < 1% over 1h]
      |                                  ^^
    hint: what is in flight at the end is not told apart by windows from what was lost

    1 mistake in x.yaml
    ");
    assert_eq!(about("messages.completed > 1 over 1h", &cut), "no mistakes");
}

#[test]
fn mistakes_of_a_bound_and_of_its_window_are_told_at_once() {
    assert_snapshot!(about("latency.p99 < 30 over 1x", &[]), @"
    x.yaml:7:28: error: `30` is not a duration such as `10s`
      |
    7 | thresholds: [latency.p99 < 30 over 1x]
      |                            ^^

    x.yaml:7:36: error: `1x` is not a duration such as `1h`
      |
    7 | thresholds: [latency.p99 < 30 over 1x]
      |                                    ^^

    2 mistakes in x.yaml
    ");
    // The window is not measured against a duration that is wrong itself.
    assert_snapshot!(about("latency.p99 < 30s over 90s", &[("duration: 2d", "duration: 0s")]), @"
    x.yaml:3:11: error: `duration` must be above 0s
      |
    3 | duration: 0s
      |           ^^

    1 mistake in x.yaml
    ");
    let bins = [("warm_up: 6h", "series: { every: 0s }")];
    assert_snapshot!(about("latency.p99 < 30s over 90s", &bins), @"
    x.yaml:4:18: error: `every` must be above 0s
      |
    4 | series: { every: 0s }
      |                  ^^

    1 mistake in x.yaml
    ");
}
