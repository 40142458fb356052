"""Count the calls of DynamoDB for 100 delivered events, once the execution environment is warm."""

from benchmarks.figures import Figure
from benchmarks.handler import deliver, unheard
from benchmarks.servers import serving
from benchmarks.traffic import BATCH, HOSTS, Customers
from local.invocation import Context

RUNS = 20
OPERATIONS = ("BatchGetItem", "BatchWriteItem", "BatchExecuteStatement", "PutItem", "UpdateItem", "GetItem", "Query")


def measure() -> list[Figure]:
    """Return the number of calls, whatever they are."""
    figures = []
    with serving("receiver") as receiver, serving("cloud") as cloud:
        for milliseconds in (0, 200):
            customers = Customers(many=HOSTS, port=receiver.port, target=f"/answer/{milliseconds}/2")
            cloud.ask("Store", list(customers.items()))
            with deliver(cloud) as handler, unheard():
                handler(customers.batch(), Context())
                calls: list[float] = []
                for _ in range(RUNS):
                    cloud.ask("Usage")
                    handler(customers.batch(), Context())
                    made = cloud.ask("Usage")["calls"]
                    calls.append(float(sum(made.get(operation, 0) for operation in OPERATIONS)))
            figures.append(
                Figure(
                    measurement=f"DynamoDB calls per {BATCH} delivered events, warm, answers after {milliseconds} ms",
                    unit="calls",
                    ours=calls,
                    must=6,
                    aim=5,
                )
            )
    return figures
