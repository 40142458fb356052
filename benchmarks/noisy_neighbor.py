"""Write to the same local table without having anything to do with Ringback, to show what that load does to others.

Arguments: the endpoint, the table, the number of items. It writes as batches of retries do, a hundred at a time.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

TOGETHER = 100
SECONDS = 2.0
"""In which a thousand first retries are due: 5 s, a fifth longer or shorter."""


def main() -> None:
    """Write the items, spread over `SECONDS`, then wait to be ended."""
    endpoint, table, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")  # noqa: S106 - no secret
    config = Config(max_pool_connections=TOGETHER)
    dynamodb = session.client("dynamodb", endpoint_url=endpoint, config=config)

    def write(number: int) -> None:
        item = {"owner": {"S": "stranger#"}, "delivery": {"S": f"{number:032x}"}, "text": {"S": "x" * 600}}
        dynamodb.put_item(TableName=table, Item=item)

    print(0, flush=True)
    began = time.monotonic()
    with ThreadPoolExecutor(TOGETHER) as pool:
        for first in range(0, many, TOGETHER):
            time.sleep(max(0, began + SECONDS * first / many - time.monotonic()))
            list(pool.map(write, range(first, first + TOGETHER)))
    time.sleep(60)


if __name__ == "__main__":
    main()
