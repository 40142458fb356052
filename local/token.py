"""`make -s token ACCOUNT=…`: print a token that the local API accepts for that account."""

import sys

from local.aws.cloud import Cloud
from local.errors import LocalError, reported
from local.issuer import issuer
from local.paths import Paths
from ringback.callbacks.identifiers import parse_account
from ringback.errors import InvalidSetting


def main() -> int:
    """Print it; the one argument is the account."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and its one argument
        raise LocalError("one argument: the account")
    paths = Paths()
    try:
        account = parse_account(sys.argv[1])
    except InvalidSetting as error:
        raise LocalError(str(error)) from None
    print(issuer(paths, Cloud.saved(paths).endpoint).token(account))
    return 0


if __name__ == "__main__":
    sys.exit(reported(main))
