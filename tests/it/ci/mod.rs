//! Use in CI: what servers of builds are told, the action for GitHub, and the baselines of this repository.

mod action;
mod baselines;
mod builds;
mod home;
