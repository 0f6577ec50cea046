"""W2 on SimPy: a process for each agent and each message, a container of credits and a resource of
servers for each workspace."""

import random

import simpy

from report import Stopwatch, numbers


class Workspace:
    """A workspace with its limits."""

    def __init__(self, environment, pools):
        self.environment = environment
        self.credits = simpy.Container(environment, pools["credits"], pools["credits"])
        self.servers = simpy.Resource(environment, pools["servers"])
        self.rate, self.burst = pools["bucket_rate"], pools["bucket_burst"]
        self.tokens, self.counted = self.burst, 0.0

    def admits(self):
        """Whether there are a credit and a token, of which one each is taken then."""
        now = self.environment.now
        self.tokens = min(self.burst, self.tokens + (now - self.counted) * self.rate)
        self.counted = now
        if self.credits.level < 1 or self.tokens < 1:
            return False
        self.credits.get(1)
        self.tokens -= 1
        return True


def main():
    pools = numbers()
    stopwatch = Stopwatch()
    draw = random.Random(pools["seed"]).expovariate
    rate, service_rate = pools["rate"], 1 / pools["service"]
    environment = simpy.Environment()
    counts = {"offered": 0, "admitted": 0, "replied": 0, "waited": 0}

    def message(workspace):
        with workspace.servers.request() as request:
            if not request.triggered:
                counts["waited"] += 1
            yield request
            yield environment.timeout(draw(service_rate))
        counts["replied"] += 1

    def agent(workspace):
        while True:
            gap = draw(rate)
            if environment.now + gap >= pools["seconds"]:
                return
            yield environment.timeout(gap)
            counts["offered"] += 1
            if workspace.admits():
                counts["admitted"] += 1
                environment.process(message(workspace))

    for _ in range(pools["workspaces"]):
        workspace = Workspace(environment, pools)
        for _ in range(pools["agents"]):
            environment.process(agent(workspace))
    environment.run()
    stopwatch.report(messages=counts)


main()
