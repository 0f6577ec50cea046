//! The pool against books that are kept grant by grant, by hand.

use proptest::prelude::*;

use super::*;

fn whole(credits: i64) -> Credits {
    Credits::whole(credits)
}

fn at(nanos: u64) -> SimTime {
    SimTime::from_nanos(nanos)
}

fn included(amount: Credits, renews: SimTime) -> Included {
    Included { amount, renews, ..Included::NOTHING }
}

fn package(number: u16) -> GrantSource {
    GrantSource::Package { package: number, tied: false }
}

fn opened(terms: Included) -> CreditPool {
    let mut pool = CreditPool::default();
    pool.open(terms);
    pool
}

/// What is left in each grant, in the order in which they are drawn.
fn lefts(pool: &CreditPool) -> Vec<i64> {
    pool.grants().iter().map(|grant| grant.left.thousandths() / 1_000).collect()
}

#[test]
fn grants_are_drawn_by_expiry_then_priority_then_age() {
    let mut pool = opened(included(whole(10), at(100)));
    pool.buy(package(0), whole(20), at(200), 1);
    pool.buy(package(1), whole(30), at(50), 1);
    pool.buy(package(2), whole(40), at(200), 0);
    pool.buy(package(3), whole(50), at(200), 1);
    assert_eq!(lefts(&pool), [30, 10, 40, 20, 50]);
    let charge = pool.charge(whole(85));
    assert_eq!(lefts(&pool), [0, 0, 0, 15, 50]);
    assert_eq!(pool.restore(charge), whole(85));
    assert_eq!(lefts(&pool), [30, 10, 40, 20, 50]);
}

#[test]
fn what_a_package_paid_expires_with_it_when_it_is_given_back_too_late() {
    let mut pool = opened(included(whole(10), SimTime::NEVER));
    let number = pool.buy(package(0), whole(5), at(50), 1);
    let charge = pool.charge(whole(8));
    assert_eq!(pool.end(number).map(|grant| grant.drawn), Some(whole(5)));
    assert_eq!(pool.end(number), None);
    assert_eq!(pool.restore(charge), whole(3));
    assert_eq!((pool.balance(), pool.booked().expired), (whole(10), whole(5).wide()));
}

#[test]
fn unused_credits_are_carried_over_as_the_plan_says() {
    for (carry_over, after) in
        [(CarryOver::None, 10), (CarryOver::All, 16), (CarryOver::UpTo(whole(12)), 12)]
    {
        let terms = Included { carry_over, ..included(whole(10), at(100)) };
        let mut pool = opened(terms);
        pool.charge(whole(4));
        pool.renew(terms, terms.carry_over);
        assert_eq!(pool.balance(), whole(after), "{carry_over:?}");
        assert_eq!(pool.booked().expired, whole(16 - after).wide(), "{carry_over:?}");
    }
}

#[test]
fn overage_is_charged_beyond_the_grants_and_deducted_or_forgiven() {
    for (deducts, after) in [(false, 10), (true, 8)] {
        let terms = Included { overage_limit: whole(2), deducts, ..included(whole(10), at(100)) };
        let mut pool = opened(terms);
        assert!(pool.check(whole(13)).is_err());
        let charge = pool.charge(whole(12));
        assert_eq!((charge.overage, pool.balance()), (whole(2), Credits::ZERO));
        assert!(pool.check(Credits::from_thousandths(1)).is_err());
        pool.renew(terms, terms.carry_over);
        assert_eq!(pool.balance(), whole(after));
        assert_eq!(pool.booked().granted, whole(10 + after).wide());
    }
}

#[test]
fn overage_that_is_given_back_after_it_was_deducted_is_granted_after_all() {
    // Of 20 charged on 10, given back after so many renewals of so much: what is left before, and
    // what comes back. A plan of 4 needs three periods to deduct 10.
    for (renewals, amount, left, back) in
        [(1, 10, 0, 10), (2, 10, 10, 10), (1, 4, 0, 4), (2, 4, 0, 8)]
    {
        let terms = |amount| Included {
            overage_limit: whole(10),
            deducts: true,
            ..included(amount, at(9))
        };
        let mut pool = opened(terms(whole(10)));
        let charge = pool.charge(whole(20));
        for _ in 0..renewals {
            pool.renew(terms(whole(amount)), CarryOver::None);
        }
        assert_eq!(pool.balance(), whole(left));
        assert_eq!(pool.restore(charge), whole(back), "{renewals} {amount}");
        assert_eq!(pool.balance(), whole(left + back));
        assert_eq!((pool.booked().overage, pool.booked().consumed), (0, 0));
        assert_eq!(pool.booked().granted, whole(10 + renewals * amount).wide());
        // The next period has all that the plan includes.
        pool.renew(terms(whole(amount)), CarryOver::None);
        assert_eq!(pool.balance(), whole(amount));
    }
}

#[test]
fn what_is_given_back_to_a_full_pool_expires() {
    // Packages filled the pool while the charge was on its way.
    let most = Included::MOST;
    let mut pool = opened(included(most, SimTime::NEVER));
    let charge = pool.charge(whole(8));
    pool.buy(package(0), whole(5), SimTime::NEVER, 1);
    assert_eq!(pool.restore(charge), whole(3));
    assert_eq!((pool.balance(), pool.booked().expired), (most, whole(5).wide()));
}

#[test]
fn overage_that_was_forgiven_or_stands_brings_nothing_back() {
    let terms =
        |deducts| Included { overage_limit: whole(9), deducts, ..included(whole(10), at(9)) };
    // Forgiven, although the next plan deducts.
    let mut pool = opened(terms(false));
    let forgiven = pool.charge(whole(13));
    pool.renew(terms(true), CarryOver::None);
    assert_eq!((pool.restore(forgiven), pool.balance()), (Credits::ZERO, whole(10)));
    // Of two charges of 3 and 2 beyond the grant one is given back: 2 stay deducted.
    let (back, stays) = (pool.charge(whole(13)), pool.charge(whole(2)));
    pool.renew(terms(true), CarryOver::None);
    assert_eq!(pool.balance(), whole(5));
    pool.settle(&stays);
    assert_eq!((pool.restore(back), pool.balance()), (whole(3), whole(8)));
}

#[test]
fn a_change_of_plan_counts_what_was_drawn_this_period() {
    let mut pool = opened(included(whole(10), at(100)));
    pool.buy(package(0), whole(5), at(200), 1);
    pool.charge(whole(7));
    pool.change(included(whole(20), at(100)));
    assert_eq!(lefts(&pool), [13, 5]);
    pool.change(included(whole(4), at(100)));
    assert_eq!(lefts(&pool), [0, 5]);
    // Going back up, what was drawn still counts.
    pool.change(included(whole(10), at(100)));
    assert_eq!(lefts(&pool), [3, 5]);
    pool.renew(included(whole(10), at(200)), CarryOver::None);
    assert_eq!(lefts(&pool), [5, 10]);
}

#[derive(Debug, Clone)]
enum Step {
    Charge(i64),
    Restore(usize),
    Settle(usize),
    Renew(i64, u8),
    Change(i64),
    Buy(i64, u64, u32),
    End(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..900_i64).prop_map(Step::Charge),
        3 => any::<usize>().prop_map(Step::Restore),
        1 => any::<usize>().prop_map(Step::Settle),
        1 => (0..1_500_i64, 0..3_u8).prop_map(|(amount, carry)| Step::Renew(amount, carry)),
        1 => (0..1_500_i64).prop_map(Step::Change),
        2 => (1..400_i64, 0..5_u64, 0..3_u32).prop_map(|(a, e, p)| Step::Buy(a, e, p)),
        1 => any::<usize>().prop_map(Step::End),
    ]
}

fn terms(amount: i64, carry: u8, room: i64, deducts: bool) -> Included {
    let amount = Credits::from_thousandths(amount);
    let carry_over = match carry {
        0 => CarryOver::None,
        1 => CarryOver::All,
        _ => CarryOver::UpTo(amount + Credits::from_thousandths(300)),
    };
    let overage_limit = Credits::from_thousandths(room);
    Included { carry_over, overage_limit, deducts, ..included(amount, at(3)) }
}

proptest! {
    /// Conservation of credits, for each grant and for the pool, and the order of drawing.
    #[test]
    fn credits_conserve_grant_by_grant_and_nothing_is_oversold(
        room in 0..500_i64,
        deducts in any::<bool>(),
        steps in prop::collection::vec(step(), 0..200),
    ) {
        let mut pool = opened(terms(1_000, 0, room, deducts));
        let mut standing: Vec<Charge> = Vec::new();
        let mut settled = 0_i128;
        for step in steps {
            let before: Vec<Grant> = pool.grants().to_vec();
            let sum = |grants: &[Grant]| -> Credits { grants.iter().map(|it| it.left).sum() };
            match step {
                Step::Charge(thousandths) => {
                    let amount = Credits::from_thousandths(thousandths);
                    if pool.check(amount).is_err() {
                        prop_assert!(amount > pool.balance());
                        continue;
                    }
                    let charge = pool.charge(amount);
                    prop_assert!(charge.overage <= Credits::from_thousandths(room));
                    prop_assert_eq!(sum(&before) - pool.balance(), amount - charge.overage);
                    // Nothing is drawn from a grant while an earlier one has anything left.
                    let mut earlier_left = false;
                    for (now, then) in pool.grants().iter().zip(&before) {
                        prop_assert_eq!(then.left + then.drawn, now.left + now.drawn);
                        prop_assert!(now.left == then.left || !earlier_left);
                        earlier_left |= now.left > Credits::ZERO;
                    }
                    standing.push(charge);
                }
                Step::Restore(index) if !standing.is_empty() => {
                    let charge = standing.swap_remove(index % standing.len());
                    let returned = pool.restore(charge);
                    prop_assert_eq!(pool.balance(), sum(&before) + returned);
                    let deducted = if deducts { charge.overage } else { Credits::ZERO };
                    prop_assert!(returned <= charge.amount - charge.overage + deducted);
                }
                Step::Settle(index) if !standing.is_empty() => {
                    let charge = standing.swap_remove(index % standing.len());
                    pool.settle(&charge);
                    settled += (charge.amount - charge.overage).wide();
                }
                Step::Renew(amount, carry) => {
                    let terms = terms(amount, carry, room, deducts);
                    pool.renew(terms, terms.carry_over);
                }
                Step::Change(amount) => pool.change(terms(amount, 0, room, deducts)),
                Step::Buy(amount, expires, priority) => {
                    let amount = Credits::from_thousandths(amount);
                    let number = pool.buy(package(0), amount, at(expires), priority);
                    let bought = pool.grants().iter().find(|it| it.number == number);
                    prop_assert_eq!(bought.map(|it| it.left), Some(amount));
                }
                Step::End(index) => {
                    let packages = before.iter().filter(|it| it.source != GrantSource::Included);
                    let numbers: Vec<u32> = packages.map(|it| it.number).collect();
                    if !numbers.is_empty() {
                        pool.end(numbers[index % numbers.len()]);
                    }
                }
                Step::Restore(_) | Step::Settle(_) => {}
            }
            let flows = pool.booked();
            let charged: i128 = standing.iter().map(|it| (it.amount - it.overage).wide()).sum();
            prop_assert_eq!(flows.consumed, charged + settled);
            let (came, went) = (flows.granted + flows.purchased, flows.consumed + flows.expired);
            prop_assert_eq!(came, pool.balance().wide() + went);
            prop_assert!(pool.balance() >= Credits::ZERO);
            let keys: Vec<_> = pool.grants().iter().map(Grant::order).collect();
            prop_assert!(keys.is_sorted());
        }
    }
}
