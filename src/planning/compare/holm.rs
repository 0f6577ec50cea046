//! Many questions at once.

/// Which of the questions are answered yes, by their chances `p` of an answer as clear if nothing
/// differed: so that anything at all is answered wrongly with yes at most with the chance `level`,
/// however the questions hang together.
///
/// Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
/// Statistics 6 (1979), pages 65 to 70.
pub(super) fn holm(p: &[f64], level: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut answers = vec![false; p.len()];
    for (place, &question) in order.iter().enumerate() {
        if p[question] > level / (p.len() - place) as f64 {
            break;
        }
        answers[question] = true;
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_come_out() {
        // Source: the documentation of `holm` in R. Vallat's pingouin.
        let p = [0.50, 0.003, 0.32, 0.054, 0.0003];
        assert_eq!(holm(&p, 0.05), [false, true, false, false, true]);
        // Source: the article on Holm's method in Wikipedia, at a level of 5%: the first and the last
        // are below 0.0125 and 0.0167, then 0.03 is above 0.025.
        assert_eq!(holm(&[0.01, 0.04, 0.03, 0.005], 0.05), [true, false, false, true]);
    }

    #[test]
    fn all_none_and_ties() {
        assert!(holm(&[], 0.05).is_empty());
        assert_eq!(holm(&[0.01, 0.01, 0.01], 0.05), [true; 3]);
        assert_eq!(holm(&[1.0, 0.02], 0.02), [false; 2]);
        assert_eq!(holm(&[0.0, 0.02], 0.02), [true; 2]);
    }
}
