"""Put built code into S3 and its address into the template, as `sam package` does."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

from local.template import CODE_PROPERTIES, Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "ringback-code"


def package(template: Template, *, build: Path, s3: "S3Client") -> Template:
    """Return *template* with all its code in S3; what is already there is not uploaded again."""
    packaged = deepcopy(template)
    if not any(bucket["Name"] == BUCKET for bucket in s3.list_buckets()["Buckets"]):
        s3.create_bucket(Bucket=BUCKET)
    there = {entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}
    for resource in packaged["Resources"].values():
        if name := CODE_PROPERTIES.get(resource["Type"]):
            folder = build / resource["Properties"][name]
            key = f"{digest(folder)}.zip"
            if key not in there:
                s3.put_object(Bucket=BUCKET, Key=key, Body=zipped(folder))
                there.add(key)
            resource["Properties"][name] = f"s3://{BUCKET}/{key}"
    return packaged


def digest(folder: Path) -> str:
    """Identify the content of *folder* by names and bytes, ignoring times."""
    total = hashlib.sha256()
    for name, path in _files(folder):
        total.update(f"{name}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def zipped(folder: Path) -> bytes:
    """Zip the files of *folder*."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, path in _files(folder):
            archive.write(path, name)
    return buffer.getvalue()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path
