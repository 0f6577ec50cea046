"""W6 on SimPy: a process for each timer."""

import random

import simpy

from report import Stopwatch, numbers


def main():
    timers = numbers()
    draw = random.Random(timers["seed"]).expovariate
    rate = 1 / timers["delay"]
    environment = simpy.Environment()
    fired = 0

    def timer():
        nonlocal fired
        while True:
            yield environment.timeout(draw(rate))
            fired += 1

    for _ in range(timers["pending"]):
        environment.process(timer())
    # Every timer begins, and is set, at the first instant.
    environment.run(until=1e-12)
    fired = 0
    stopwatch = Stopwatch()
    environment.run(until=timers["seconds"])
    stopwatch.report(timers={"fired": fired})


main()
