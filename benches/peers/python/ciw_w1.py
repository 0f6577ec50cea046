"""W1 on Ciw: a network of one node, from which its records of customers are read."""

import ciw

from report import Stopwatch, numbers


def main():
    work = numbers()
    stopwatch = Stopwatch()
    ciw.seed(work["seed"])
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=work["arrival_rate"])],
        service_distributions=[ciw.dists.Exponential(rate=1 / work["service"])],
        number_of_servers=[1],
    )
    simulation = ciw.Simulation(network)
    customers = round(work["arrival_rate"] * work["seconds"])
    simulation.simulate_until_max_customers(customers, method="Finish")
    waits = [record.waiting_time for record in simulation.get_all_records()]
    served = len(waits)
    stopwatch.report(queue={"arrived": served, "served": served, "mean_wait": sum(waits) / served})


main()
