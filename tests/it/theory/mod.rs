//! Queueing theory: what a simulation of simple scenarios must find, in closed form or to more
//! digits than any simulation has, and how far off chance alone may put it.
//!
//! Each formula names its source, and its own tests hold it to published values or to an
//! independent numerical route. Loads and rates are plain numbers here: the unit of time is the
//! caller's.

mod birth_death;
mod bisection;
mod carried;
mod chain;
mod churn;
mod comparisons;
mod constant_service;
mod costs;
mod disciplines;
mod engset;
mod erlang;
mod finite_sources;
mod impatience;
mod loss_network;
mod machine_repair;
mod mixed_service;
mod mva;
mod packages;
mod poisson;
mod pools;
mod queues;
mod renewals;
mod retries;
mod token_bucket;
mod tolerance;
mod transients;
