//! Mistakes on the timeline, as the user reads them.
#![expect(clippy::too_many_lines, reason = "messages are shown whole, many in a test")]

use insta::assert_snapshot;

use crate::metering_faults::with;

#[test]
fn entries() {
    assert_snapshot!(with(r"at: 1d, enable: sales", r"at: 1d"), @"
    x.yaml:45:5: error: an item of `timeline` needs exactly one of `set_plan`, `subscribe`, `buy_package`, `enable`, `disable`, `create`, `delete`, `traffic`, `backend`, `enforcement`
       |
    45 |   - { name: stampede, at: 1d }
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at: 1d, enable: sales", r"at: 1d, enable: sales, disable: sales"), @"
    x.yaml:45:46: error: `disable` and `enable` exclude each other
       |
    45 |   - { name: stampede, at: 1d, enable: sales, disable: sales }
       |                                              ^^^^^^^
    hint: keep one of them

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at: 1d, enable: sales", r"enable: sales"), @"
    x.yaml:45:5: error: an item of `timeline` needs the key `at`
       |
    45 |   - { name: stampede, enable: sales }
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: expected a duration such as `250ms`, `8h` or `1d12h`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at: 1d, enable: sales", r"at: 60d, enable: sales"), @"
    x.yaml:45:27: error: `at` must lie before the end of the duration, 60d
       |
    45 |   - { name: stampede, at: 60d, enable: sales }
       |                           ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at: 1d, enable: sales", r"at: 1d, for: 0s, enable: sales"), @"
    x.yaml:45:36: error: `for` must be above 0s
       |
    45 |   - { name: stampede, at: 1d, for: 0s, enable: sales }
       |                                    ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"name: rush", r"name: upgrade"), @"
    x.yaml:43:13: error: a second entry of the timeline is called `upgrade`
       |
    43 |   - { name: upgrade, at: 20d, for: 6h, traffic: 4x }
       |             ^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at: 10d, group: shops", r"at: 10d, group: shop"), @"
    x.yaml:42:38: error: no group is called `shop`
       |
    42 |   - { name: upgrade, at: 10d, group: shop, share: 25%, set_plan: pro }
       |                                      ^^^^
    hint: did you mean `shops`? declared: `shops`, `partners`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"share: 25%", r"share: 25"), @"
    x.yaml:42:52: error: `25` is not a share such as `25%`, at most `100%`
       |
    42 |   - { name: upgrade, at: 10d, group: shops, share: 25, set_plan: pro }
       |                                                    ^^
    hint: a share needs its percent sign: `25%`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at: 1d, enable: sales", r"at: 1d, enabel: sales"), @"
    x.yaml:45:31: error: unknown key `enabel` in an item of `timeline`
       |
    45 |   - { name: stampede, at: 1d, enabel: sales }
       |                               ^^^^^^
    hint: did you mean `enable`? expected here: `name`, `at`, `for`, `group`, `share`, `set_plan`, `subscribe`, `buy_package`, `enable`, `disable`, `create`, `delete`, `traffic`, `backend`, `enforcement`

    1 mistake in x.yaml
    ");
}

#[test]
fn what_cannot_be_undone() {
    assert_snapshot!(with(r"share: 30%, subscribe", r"for: 1d, subscribe"), @"
    x.yaml:47:49: error: `subscribe` cannot be undone: it takes no `for`
       |
    47 |   - { name: signup, at: 14d, group: shops, for: 1d, subscribe: advanced }
       |                                                 ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at: 5d, buy_package", r"at: 5d, for: 1d, buy_package"), @"
    x.yaml:46:34: error: `buy_package` cannot be undone: it takes no `for`
       |
    46 |   - { name: refill, at: 5d, for: 1d, buy_package: { name: small, count: 2 } }
       |                                  ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at: 1d, enable: sales", r"at: 1d, for: 1d, create: sales"), @"
    x.yaml:45:36: error: `create` cannot be undone: it takes no `for`
       |
    45 |   - { name: stampede, at: 1d, for: 1d, create: sales }
       |                                    ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at: 1d, enable: sales", r"at: 1d, for: 1d, delete: sales"), @"
    x.yaml:45:36: error: `delete` cannot be undone: it takes no `for`
       |
    45 |   - { name: stampede, at: 1d, for: 1d, delete: sales }
       |                                    ^^

    1 mistake in x.yaml
    ");
}

#[test]
fn references() {
    assert_snapshot!(with(r"set_plan: pro", r"set_plan: prp"), @"
    x.yaml:42:67: error: no plan is called `prp`
       |
    42 |   - { name: upgrade, at: 10d, group: shops, share: 25%, set_plan: prp }
       |                                                                   ^^^
    hint: did you mean `pro`? declared: `advanced`, `pro`, `partner`, `unlimited`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"subscribe: advanced", r"subscribe: advancd"), @"
    x.yaml:47:67: error: no plan is called `advancd`
       |
    47 |   - { name: signup, at: 14d, group: shops, share: 30%, subscribe: advancd }
       |                                                                   ^^^^^^^
    hint: did you mean `advanced`? declared: `advanced`, `pro`, `partner`, `unlimited`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ name: small, count: 2 }", r"smal"), @"
    x.yaml:46:42: error: no package is called `smal`
       |
    46 |   - { name: refill, at: 5d, buy_package: smal }
       |                                          ^^^^
    hint: did you mean `small`?

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ name: small, count: 2 }", r"{ name: large, count: 0 }"), @"
    x.yaml:46:50: error: no package is called `large`
       |
    46 |   - { name: refill, at: 5d, buy_package: { name: large, count: 0 } }
       |                                                  ^^^^^
    hint: declared: `small`

    x.yaml:46:64: error: `count` must be at least 1
       |
    46 |   - { name: refill, at: 5d, buy_package: { name: large, count: 0 } }
       |                                                                ^

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(r"enable: sales", r"enable: sale"), @"
    x.yaml:45:39: error: no line of agents is called `sale`
       |
    45 |   - { name: stampede, at: 1d, enable: sale }
       |                                       ^^^^
    hint: did you mean `sales`? declared: `sales`, `night`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"enable: sales", r"group: partners, enable: night"), @"
    x.yaml:45:56: error: no line of agents is called `night`
       |
    45 |   - { name: stampede, at: 1d, group: partners, enable: night }
       |                                                        ^^^^^
    hint: declared: `sales`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"enable: sales", r"disable: { line: sals, count: 0 }"), @"
    x.yaml:45:48: error: no line of agents is called `sals`
       |
    45 |   - { name: stampede, at: 1d, disable: { line: sals, count: 0 } }
       |                                                ^^^^
    hint: did you mean `sales`? declared: `sales`, `night`

    x.yaml:45:61: error: `count` must be at least 1
       |
    45 |   - { name: stampede, at: 1d, disable: { line: sals, count: 0 } }
       |                                                             ^

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(r"enable: sales", r"delete: rewriter"), @"
    x.yaml:45:39: error: `rewriter` is a feature of `shops`, not a line of agents
       |
    45 |   - { name: stampede, at: 1d, delete: rewriter }
       |                                       ^^^^^^^^
    hint: features are always there

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"enable: sales", r"create: rewritr"), @"
    x.yaml:45:39: error: no line of agents is called `rewritr`
       |
    45 |   - { name: stampede, at: 1d, create: rewritr }
       |                                       ^^^^^^^
    hint: declared: `sales`, `night`

    1 mistake in x.yaml
    ");
}

#[test]
fn plans_whose_limits_differ() {
    assert_snapshot!(with(r"name: wide, concurrency", r"name: burst, concurrency"), @"
    x.yaml:48:59: error: the plans `advanced` and `partner` both have a limit `burst`, of another scope, kind or weight
       |
    48 |   - { name: partnership, at: 30d, group: shops, set_plan: partner }
       |                                                           ^^^^^^^
    hint: limits of one name count together in results: give them the same scope, kind and weight, or two names

    1 mistake in x.yaml
    ");
}

#[test]
fn arrivals_and_servers() {
    assert_snapshot!(with(r"traffic: 4x", r"traffic: 4"), @"
    x.yaml:43:46: error: `4` is not a factor such as `2.5x`, at most `1_000_000x`
       |
    43 |   - { name: rush, at: 20d, for: 6h, traffic: 4 }
       |                                              ^
    hint: a factor ends with an x: `4x`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"traffic: 4x", r"traffic: -1x"), @"
    x.yaml:43:46: error: `-1x` is not a factor such as `2.5x`, at most `1_000_000x`
       |
    43 |   - { name: rush, at: 20d, for: 6h, traffic: -1x }
       |                                              ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"for: 6h, traffic", r"group: partners, traffic"), @"
    x.yaml:43:54: error: nobody writes to this group: it has no traffic to multiply
       |
    43 |   - { name: rush, at: 20d, group: partners, traffic: 4x }
       |                                                      ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"traffic: { rate: 6/d }", r"traffic: { closed: { users: 3, think: 40s } }"), @"
    x.yaml:43:46: error: the users of `sales` in `shops` are `closed`: they write when they have their reply, not so many times as often
       |
    43 |   - { name: rush, at: 20d, for: 6h, traffic: 4x }
       |                                              ^^
    hint: name a `group` whose traffic has a rate

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"servers: 500", r"servers: 0"), @"
    x.yaml:44:62: error: `servers` must be at least 1
       |
    44 |   - { name: outage, at: 20d2h, for: 10m, backend: { servers: 0 } }
       |                                                              ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"backend: { servers: 500 }", r"backend: { server: 500 }"), @"
    x.yaml:44:53: error: unknown key `server` in `backend`
       |
    44 |   - { name: outage, at: 20d2h, for: 10m, backend: { server: 500 } }
       |                                                     ^^^^^^
    hint: did you mean `servers`?

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"for: 10m, backend", r"group: shops, share: 50%, backend"), @"
    x.yaml:44:39: error: all workspaces share the backend: no `group` here
       |
    44 |   - { name: outage, at: 20d2h, group: shops, share: 50%, backend: { servers: 500 } }
       |                                       ^^^^^
    hint: leave it out, or give the backend `scope: workspace`

    x.yaml:44:53: error: all workspaces share the backend: no `share` here
       |
    44 |   - { name: outage, at: 20d2h, group: shops, share: 50%, backend: { servers: 500 } }
       |                                                     ^^^
    hint: leave it out, or give the backend `scope: workspace`

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(r"backend: { servers: 2_000, service_time: 1.8s }
", r""), @"
    x.yaml:43:51: error: there is no backend to change
       |
    43 |   - { name: outage, at: 20d2h, for: 10m, backend: { servers: 500 } }
       |                                                   ^^^^^^^^^^^^^^^^^
    hint: give the scenario a `backend`

    1 mistake in x.yaml
    ");
}
