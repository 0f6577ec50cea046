//! How the engine grows: what a message costs, and how much memory a run takes, by the number of
//! workspaces, of agents in each, of threads, and by how busy servers are.
//!
//! ```sh
//! cargo run --release --example growth -- results
//! ```
//!
//! writes `growth.md` and `growth.svg` into a folder. Each run is a process of its own, whose greatest
//! memory is read from `/proc`, so it wants Linux.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::parse;
use plotters::prelude::*;

/// Seconds that are simulated: each agent is written to once in each.
const SECONDS: u64 = 100;
/// Each size is run so often; the fastest counts, since others may want the machine too.
const ROUNDS: usize = 3;
/// Short runs are repeated until they have taken so long.
const LEAST: Duration = Duration::from_millis(200);

/// What is run: so many workspaces with so many agents each, on so many threads.
#[derive(Clone, Copy)]
struct Size {
    workspaces: u64,
    agents: u64,
    threads: usize,
    /// How busy servers are \[%\].
    busy: u64,
}

/// What one run cost.
#[derive(Clone, Copy)]
struct Cost {
    messages: u64,
    /// \[ns\]
    per_message: f64,
    /// The process's greatest memory \[KiB\].
    memory: u64,
}

const USUAL: Size = Size { workspaces: 1_000, agents: 10, threads: 1, busy: 25 };

/// What varies, and its sizes.
fn studies() -> [(&'static str, Vec<Size>); 4] {
    let workspaces = [100, 1_000, 10_000, 100_000, 1_000_000];
    let agents = [1, 10, 100, 500];
    let busy = [10, 25, 50, 75, 90, 95];
    [
        ("workspaces", workspaces.map(|workspaces| Size { workspaces, ..USUAL }).to_vec()),
        (
            "agents",
            agents.map(|agents| Size { workspaces: 10_000 / agents, agents, ..USUAL }).to_vec(),
        ),
        ("threads", [1, 2].map(|threads| Size { threads, workspaces: 10_000, ..USUAL }).to_vec()),
        ("busy", busy.map(|busy| Size { busy, ..USUAL }).to_vec()),
    ]
}

/// A pool, a token bucket, and servers for each workspace, as large as its agents need.
fn scenario(size: Size) -> String {
    let Size { workspaces, agents, busy, .. } = size;
    let servers = agents.div_ceil(2).max(2);
    // Servers are so busy: rate x service = busy x servers.
    let service = busy * servers * 10_000 / agents;
    format!(
        "
limitlab: 1
name: growth
seed: 1
duration: {SECONDS}s
plans: {{ metered: {{ credits: {{ included: 1_000_000, per: workspace, renews: never }} }} }}
workspaces:
  - group: workspaces
    count: {workspaces}
    plan: metered
    agents: [{{ name: agent, count: {agents}, traffic: {{ rate: 1/s }} }}]
    fair_use:
      - {{ name: bucket, token_bucket: {{ rate: {}/s, burst: {} }} }}
backend: {{ scope: workspace, servers: {servers}, service_time: {{ exponential: {service}us }} }}
",
        2 * agents,
        4 * agents + 10
    )
}

/// Runs one size in this process.
fn measure(size: Size) -> Result<Cost, Box<dyn Error>> {
    let scenario = parse("growth.yaml", &scenario(size), &[])?;
    #[expect(clippy::disallowed_methods, reason = "this is a measurement")]
    let began = Instant::now();
    let mut messages = 0;
    while messages == 0 || began.elapsed() < LEAST {
        messages +=
            run(&scenario, RunOptions { threads: size.threads }, &Watch::default())?.messages;
    }
    let per_message = began.elapsed().as_nanos() as f64 / messages as f64;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let memory = peak.and_then(|peak| peak.trim().split(' ').next()?.parse().ok()).unwrap_or(0);
    Ok(Cost { messages, per_message, memory })
}

/// Runs one size in a process of its own.
fn apart(size: Size) -> Result<Cost, Box<dyn Error>> {
    let Size { workspaces, agents, threads, busy } = size;
    let arguments = [workspaces, agents, threads as u64, busy].map(|it| it.to_string());
    let output = Command::new(std::env::current_exe()?).arg("--size").args(arguments).output()?;
    let told = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = told.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [messages, per_message, memory] = numbers[..] else {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    };
    Ok(Cost { messages: messages as u64, per_message, memory: memory as u64 })
}

fn table(studies: &[(&str, Vec<(Size, Cost)>)]) -> Result<String, std::fmt::Error> {
    let mut text = "# How the engine grows\n\n\
         Made by `cargo run --release --example growth -- results`. Each agent is written to once a second for \
         100 seconds; a message takes a credit of its workspace's pool and a token of its bucket, and is served by \
         one of its workspace's servers; all is measured. The fastest of three runs. Memory is that of the whole \
         process. Times are this machine's: compare them with each other.\n\n\
         | by | workspaces | agents each | threads | servers busy | messages | messages/s | ns a message | memory |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for (what, costs) in studies {
        for (Size { workspaces, agents, threads, busy }, cost) in costs {
            let (messages, nanos) = (workspaces * agents * SECONDS, cost.per_message);
            writeln!(
                text,
                "| {what} | {workspaces} | {agents} | {threads} | {busy} % | {messages} | {:.2} M | {nanos:.0} \
                 | {:.1} MiB |",
                1e3 / nanos,
                cost.memory as f64 / 1024.0
            )?;
        }
    }
    text.push_str("\n![What a message costs, by size](growth.svg)\n");
    Ok(text)
}

/// A panel for each study but that of threads, which are two bars' worth of ink.
fn draw(path: &Path, studies: &[(&str, Vec<(Size, Cost)>)]) -> Result<(), Box<dyn Error>> {
    let area = SVGBackend::new(path, (960, 340)).into_drawing_area();
    area.fill(&WHITE)?;
    let costs = studies.iter().flat_map(|(_, costs)| costs);
    let most = costs.fold(0.0_f64, |most, (_, cost)| most.max(cost.per_message));
    let shown: Vec<_> = studies.iter().filter(|(what, _)| *what != "threads").collect();
    for (panel, (what, costs)) in area.split_evenly((1, shown.len())).iter().zip(shown) {
        let (title, size): (_, fn(&Size) -> u64) = match *what {
            "workspaces" => ("workspaces", |size| size.workspaces),
            "agents" => ("agents in a workspace", |size| size.agents),
            _ => ("how busy servers are [%]", |size| size.busy),
        };
        let points: Vec<(f64, f64)> =
            costs.iter().map(|(it, cost)| (size(it) as f64, cost.per_message)).collect();
        let (least, greatest) = (points[0].0, points[points.len() - 1].0);
        let mut chart = ChartBuilder::on(panel)
            .caption(format!("ns a message, by {title}"), ("sans-serif", 15))
            .margin(12)
            .x_label_area_size(28)
            .y_label_area_size(40)
            .build_cartesian_2d((least * 0.8..greatest * 1.25).log_scale(), 0.0..most * 1.15)?;
        let whole = |at: &f64| format!("{at:.0}");
        let mut mesh = chart.configure_mesh();
        mesh.x_labels(5).x_label_formatter(&whole).y_label_formatter(&whole).draw()?;
        let colour = RGBColor(0, 114, 178);
        chart.draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?;
        chart.draw_series(points.iter().map(|&point| Circle::new(point, 3, colour.filled())))?;
    }
    area.present()?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, sizes @ ..] = &arguments[..]
        && flag == "--size"
    {
        let sizes: Vec<u64> = sizes.iter().map(|it| it.parse()).collect::<Result<_, _>>()?;
        let [workspaces, agents, threads, busy] = sizes[..] else {
            return Err("four sizes".into());
        };
        let cost = measure(Size { workspaces, agents, threads: threads as usize, busy })?;
        println!("{} {} {}", cost.messages, cost.per_message, cost.memory);
        return Ok(());
    }
    let mut studies: Vec<(&str, Vec<(Size, Cost)>)> = studies()
        .map(|(what, sizes)| (what, sizes.into_iter().map(|it| (it, NONE)).collect()))
        .into();
    for _ in 0..ROUNDS {
        for (size, best) in studies.iter_mut().flat_map(|(_, costs)| costs) {
            let cost = apart(*size)?;
            if cost.per_message < best.per_message {
                *best = cost;
            }
        }
    }
    let table = table(&studies)?;
    print!("{table}");
    if let Some(folder) = arguments.first() {
        let folder = Path::new(folder);
        std::fs::write(folder.join("growth.md"), table)?;
        draw(&folder.join("growth.svg"), &studies)?;
    }
    Ok(())
}

/// Before anything was run.
const NONE: Cost = Cost { messages: 0, per_message: f64::INFINITY, memory: 0 };
