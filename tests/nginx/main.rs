//! A real nginx with `limit_req`, and whether it decides and delays as `LeakyBucket` does.
//!
//! Its log says in which millisecond it took up each request, by the calendar's clock. It decides
//! by a steady clock whose milliseconds begin elsewhere, so that an instant is known to one
//! millisecond. At 10 requests a second a millisecond is a whole number of its thousandths, so that
//! it rounds nothing else. So there must be instants, each in its millisecond or the next, with
//! which the bucket decides about every request as nginx did, and lets it wait as long. That nginx
//! took up a request between its sending and its answer is checked against the client's clock.
//!
//! `cargo run --example nginx` needs `nginx` in the path, and a few seconds.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use limitlab::rules::limiter::{LeakyBucket, LeakyBucketQuota};
use limitlab::units::{SimSpan, SimTime};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A zone of nginx: its name, what follows `limit_req zone=NAME`, and the same burst and delay.
struct Zone {
    name: &'static str,
    options: &'static str,
    burst: u64,
    delay: u64,
}

const ZONES: [Zone; 4] = [
    Zone { name: "none", options: "", burst: 0, delay: 0 },
    Zone { name: "queue", options: "burst=5", burst: 5, delay: 0 },
    Zone { name: "nodelay", options: "burst=5 nodelay", burst: 5, delay: 5 },
    Zone { name: "delay", options: "burst=5 delay=2", burst: 5, delay: 2 },
];

/// Rounds of requests: so many at once, so many times, so many milliseconds apart.
const CASES: [(&str, u64, u64, u64); 6] = [
    ("10 at once", 10, 1, 0),
    ("10 at once, every 350 ms", 10, 4, 350),
    ("3 at once, every 170 ms", 3, 9, 170),
    ("one every 130 ms", 1, 12, 130),
    ("one every 70 ms", 1, 20, 70),
    ("one every 30 ms", 1, 45, 30),
];

/// How much longer than it should nginx may hold a request back \[ms\], on a busy machine: less
/// than the 100 ms that one request more or less in the queue makes.
const SLACK: u64 = 90;

/// What the client saw of a request \[ms since 1970\].
struct Seen {
    sent: u64,
    answered: u64,
    status: u16,
}

/// What nginx logged of a request \[ms since 1970, ms\].
struct Logged {
    decided: u64,
    took: u64,
    status: u16,
}

/// The same of every request, by zone and case and by number.
type Log = BTreeMap<(String, u64), Logged>;

impl Logged {
    /// Whether nginx did what the bucket answers: how many milliseconds an attempt waits.
    fn agrees(&self, answer: Option<u64>) -> bool {
        match (self.status, answer) {
            // Its two clocks may differ by a millisecond of the wait too.
            (200, Some(wait)) => (wait..=wait + SLACK).contains(&(self.took + 1)),
            (429, None) => self.took <= SLACK,
            _ => false,
        }
    }
}

/// A bucket, and the millisecond of the last attempt.
#[derive(Clone, Copy, PartialEq)]
struct Bucket {
    state: LeakyBucket,
    millis: u64,
}

impl Bucket {
    /// Makes an attempt: how many milliseconds it waits, if it is admitted.
    fn attempt(&mut self, quota: &LeakyBucketQuota, millis: u64) -> Option<u64> {
        let now = SimTime::ZERO + SimSpan::MILLISECOND.times(millis);
        self.millis = millis;
        let wait = self.state.check(quota, now, 1_000).ok()?;
        self.state.take(quota, now, 1_000);
        Some(wait.nanos() / SimSpan::MILLISECOND.nanos())
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock that nginx reads too")]
fn clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    since.as_millis() as u64
}

/// nginx in the foreground, ended with the value.
struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    let zones: Vec<String> = ZONES
        .iter()
        .map(|zone| format!("  limit_req_zone $arg_case zone={}:1m rate=10r/s;\n", zone.name))
        .collect();
    let locations: Vec<String> = ZONES
        .iter()
        .map(|Zone { name, options, .. }| {
            format!("    location /{name}/ {{ limit_req zone={name} {options}; }}\n")
        })
        .collect();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("  {kind}_temp_path {folder}/{kind};\n"));
    let (zones, locations, temporary) = (zones.concat(), locations.concat(), temporary.concat());
    format!(
        "daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log crit;
events {{ worker_connections 512; }}
http {{
{temporary}{zones}  limit_req_status 429;
  log_format decisions '$arg_case $arg_number $msec $request_time $status';
  access_log {folder}/access.log decisions;
  server {{
    listen 127.0.0.1:{port} backlog=511;
    root {folder};
{locations}  }}
}}
"
    )
}

fn start(folder: &Path) -> Result<(Nginx, SocketAddr)> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    for zone in &ZONES {
        fs::create_dir(folder.join(zone.name))?;
        fs::write(folder.join(zone.name).join("page"), "admitted\n")?;
    }
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration(folder, port))?;
    let child = Command::new("nginx")
        .arg("-p")
        .arg(folder)
        .arg("-c")
        .arg(&file)
        .args(["-e", "stderr"])
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| format!("nginx cannot be started: {error}"))?;
    let nginx = Nginx(child);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    for _ in 0..500 {
        if TcpStream::connect(address).is_ok() {
            return Ok((nginx, address));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Err("nginx does not listen".into())
}

/// Sends a request over a connection that is open, and reads its answer.
fn request(mut stream: TcpStream, zone: &str, case: usize, number: u64) -> Result<Seen> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let path = format!("/{zone}/page?case={zone}-{case}&number={number}");
    let text = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let sent = clock();
    stream.write_all(text.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let answered = clock();
    let status = answer.split(' ').nth(1).ok_or("no status in an answer")?.parse()?;
    Ok(Seen { sent, answered, status })
}

/// Sends the requests of a case to a zone. Those of a round are sent together, over connections
/// that were opened before.
fn send(address: SocketAddr, zone: &str, case: usize) -> Result<Vec<Seen>> {
    let (_, at_once, rounds, apart) = CASES[case];
    let begun = clock();
    let barriers: Vec<_> = (0..rounds).map(|_| Barrier::new(at_once as usize)).collect();
    thread::scope(|scope| {
        let customers: Vec<_> = (0..at_once * rounds)
            .map(|number| {
                let round = number / at_once;
                let barrier = &barriers[round as usize];
                scope.spawn(move || {
                    let stream = TcpStream::connect(address);
                    let due = begun + 50 + round * apart;
                    thread::sleep(Duration::from_millis(due.saturating_sub(clock())));
                    barrier.wait();
                    request(stream?, zone, case, number)
                })
            })
            .collect();
        customers.into_iter().map(|it| it.join().expect("a customer does not panic")).collect()
    })
}

/// Milliseconds of a number of seconds with three decimals.
fn millis(text: &str) -> Result<u64> {
    Ok(text.replacen('.', "", 1).parse()?)
}

/// What nginx logged, once it has logged so many requests.
fn logged(file: &Path, count: usize) -> Result<Log> {
    for _ in 0..500 {
        let text = fs::read_to_string(file)?;
        // A line that ends has been written.
        if text.matches('\n').count() >= count {
            return text.lines().map(entry).collect();
        }
        thread::sleep(Duration::from_millis(10));
    }
    Err(format!("nginx has not logged {count} requests").into())
}

fn entry(line: &str) -> Result<((String, u64), Logged)> {
    let words: Vec<&str> = line.split(' ').collect();
    let [case, number, ended, took, status] = words[..] else {
        return Err(format!("nginx logged `{line}`").into());
    };
    let took = millis(took)?;
    let decided = millis(ended)? - took;
    Ok(((case.to_owned(), number.parse()?), Logged { decided, took, status: status.parse()? }))
}

/// Compares a case in a zone; prints a line about it, and returns what differs.
fn compare(zone: &Zone, case: usize, sent: &[Seen], log: &Log) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut decisions: Vec<&Logged> = Vec::new();
    for (number, client) in sent.iter().enumerate() {
        let key = (format!("{}-{case}", zone.name), number as u64);
        let nginx = log.get(&key).ok_or("a request is not in the log")?;
        if client.status != nginx.status {
            faults.push(format!("{number}: answered {}, logged {}", client.status, nginx.status));
        }
        // Each rounds down to its millisecond.
        if nginx.decided < client.sent || nginx.decided > client.answered {
            faults.push(format!(
                "{number}: decided at {}, sent at {}, answered at {}",
                nginx.decided, client.sent, client.answered
            ));
        }
        decisions.push(nginx);
    }
    // Requests of one millisecond are alike: in which order they came does not matter, if those
    // that were admitted and waited least are compared first.
    decisions.sort_by_key(|it| (it.decided, it.status, it.took));
    let quota = LeakyBucketQuota::new("10/s".parse()?, zone.burst * 1_000, zone.delay * 1_000);
    let first = decisions.first().ok_or("a case has requests")?.decided;
    let idle = Bucket { state: LeakyBucket::starting(&quota, SimTime::ZERO), millis: 0 };
    let (mut plain, mut possible) = (idle, vec![idle]);
    let (mut predicted, mut longest_predicted) = (0, 0);
    for nginx in &decisions {
        let at = nginx.decided - first;
        if let Some(wait) = plain.attempt(&quota, at) {
            predicted += 1;
            longest_predicted = longest_predicted.max(wait);
        }
        let after: Vec<Bucket> = possible
            .iter()
            .flat_map(|&bucket| [at, at + 1].map(|at| (bucket, at)))
            .filter(|(bucket, at)| bucket.millis <= *at)
            .filter_map(|(mut bucket, at)| {
                nginx.agrees(bucket.attempt(&quota, at)).then_some(bucket)
            })
            .collect();
        if after.is_empty() {
            faults.push(format!("at {at} ms: {} after {} ms", nginx.status, nginx.took));
            break;
        }
        possible.clear();
        for bucket in after {
            if !possible.contains(&bucket) {
                possible.push(bucket);
            }
        }
    }
    let waits = decisions.iter().filter(|it| it.status == 200).map(|it| it.took);
    let (admitted, longest) = (waits.clone().count(), waits.max().unwrap_or(0));
    println!(
        "{:<26}{:<17}{:>5}{admitted:>9}{predicted:>9}{longest:>10} ms{longest_predicted:>8} ms",
        CASES[case].0,
        zone.options,
        sent.len()
    );
    Ok(faults)
}

fn run() -> Result<Vec<String>> {
    let folder = tempfile::tempdir()?;
    let (nginx, address) = start(folder.path())?;
    println!("{:<43}{:>5}{:>18}{:>24}", "", "", "admitted", "longest wait");
    println!(
        "{:<26}{:<17}{:>5}{:>9}{:>9}{:>13}{:>11}",
        "requests", "limit_req", "sent", "nginx", "bucket", "nginx", "bucket"
    );
    // A key of its own for each zone and case, which begins idle.
    let mut faults = Vec::new();
    let mut seen = 0;
    for zone in &ZONES {
        let all = thread::scope(|scope| {
            let cases: Vec<_> = (0..CASES.len())
                .map(|case| scope.spawn(move || send(address, zone.name, case)))
                .collect();
            let join = |it: thread::ScopedJoinHandle<'_, _>| it.join().expect("no case panics");
            cases.into_iter().map(join).collect::<Result<Vec<_>>>()
        })?;
        seen += all.iter().map(Vec::len).sum::<usize>();
        let file = folder.path().join("access.log");
        let log = logged(&file, seen)?;
        for (case, sent) in all.iter().enumerate() {
            let found = compare(zone, case, sent, &log)?;
            let place = format!("{}, {}", CASES[case].0, zone.name);
            faults.extend(found.into_iter().map(|fault| format!("{place}: {fault}")));
        }
    }
    drop(nginx);
    println!("{seen} requests, {} differences", faults.len());
    Ok(faults)
}

fn main() -> ExitCode {
    match run() {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            eprintln!("{}", faults.join("\n"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
