"""Name the files of the local AWS, all inside the clone, so that two clones do not disturb each other."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The files of one local AWS."""

    home: Path = PROJECT / ".local"
    """The folder of everything that it writes."""
    build: Path = PROJECT / ".aws-sam" / "build"
    """What `sam build` made."""
    ministack: Path = PROJECT / ".tools" / "ministack" / "bin" / "ministack"

    @property
    def lock(self) -> Path:
        """Held by the running MiniStack; has its process id and port."""
        return self.home / "ministack.lock"

    @property
    def log(self) -> Path:
        """What MiniStack and the functions print."""
        return self.home / "ministack.log"

    @property
    def outputs(self) -> Path:
        """Addresses, for other programs."""
        return self.home / "outputs.json"

    @property
    def issuer_key(self) -> Path:
        """The key with which the development issuer signs tokens."""
        return self.home / "issuer.pem"

    @property
    def curl_header(self) -> Path:
        """The header with the token of the customer that `make run` shows, for `curl -H @…`."""
        return self.home / "token.header"

    def header_of(self, account: str) -> Path:
        """The same for an *account* that `make send` was about."""
        return self.home / f"token-{account}.header"

    @property
    def state(self) -> Path:
        """Queues, tables and everything else that survives a stop."""
        return self.home / "state"

    @property
    def objects(self) -> Path:
        """The buckets of S3."""
        return self.home / "s3"

    @property
    def temporary(self) -> Path:
        """Unpacked functions, left over from each run."""
        return self.home / "tmp"
