"""W1 on SimPy: customers are processes that request a resource, as in its example of a bank."""

import random

import simpy

from report import Stopwatch, numbers


def main():
    work = numbers()
    stopwatch = Stopwatch()
    draw = random.Random(work["seed"]).expovariate
    arrival_rate, service_rate = work["arrival_rate"], 1 / work["service"]
    environment = simpy.Environment()
    counter = simpy.Resource(environment, capacity=1)
    queue = {"arrived": 0, "served": 0}
    waits = 0.0

    def customer():
        nonlocal waits
        arrived = environment.now
        with counter.request() as request:
            yield request
            waits += environment.now - arrived
            yield environment.timeout(draw(service_rate))
        queue["served"] += 1

    def source():
        while True:
            gap = draw(arrival_rate)
            if environment.now + gap >= work["seconds"]:
                return
            yield environment.timeout(gap)
            queue["arrived"] += 1
            environment.process(customer())

    environment.process(source())
    environment.run()
    stopwatch.report(queue={**queue, "mean_wait": waits / queue["served"]})


main()
