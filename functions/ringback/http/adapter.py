"""The client as an adapter of `requests`, for code that speaks its interface; `deliver` does without that package."""

from datetime import timedelta
from typing import override

import requests
from requests import PreparedRequest
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from ringback.http.client import HttpClient
from ringback.http.request import HttpRequest
from ringback.http.response import Response
from ringback.ssrf.guard import Target


class AddressedRequest(PreparedRequest):
    """A request and the judged target that it goes to; nothing that is changed in what `requests` sees is sent."""

    def __init__(self, request: HttpRequest, target: Target) -> None:
        super().__init__()
        self.rendered = request
        self.target = target
        self.method = request.method
        self.url = f"{request.url.scheme}://{request.url.authority}{request.url.target}"
        self.headers = CaseInsensitiveDict(request.all_headers())
        self.body = request.body

    @property
    @override
    def path_url(self) -> str:
        """Path and query as the customer wrote them; `requests` and `urllib3` would normalise both."""
        return self.rendered.url.target


class DeliveryAdapter(BaseAdapter):
    """Sends `AddressedRequest`s through an `HttpClient`, and nothing else."""

    def __init__(self, client: HttpClient) -> None:
        super().__init__()
        self._client = client

    @override
    def send(self, request: PreparedRequest, *_: object, **__: object) -> requests.Response:
        """Send *request*; what else a `Session` passes (`verify=False`, proxies) is ignored.

        Raises:
            TypeError: its target was not judged.
            AttemptFailed: there was no answer, or a 2xx that is not whole.
        """
        if not isinstance(request, AddressedRequest):
            message = f"only an AddressedRequest, whose target was judged, is sent; given {type(request).__name__}"
            raise TypeError(message)
        return _to_requests(self._client.wait_for(self._client.exchange(request.rendered, request.target)), request)

    @override
    def close(self) -> None:
        """Close the idle connections of the client."""
        self._client.close()


def _to_requests(response: Response, request: AddressedRequest) -> requests.Response:
    """Return *response* as `requests` has it, with the beginning of its body."""
    theirs = requests.Response()
    theirs.status_code = response.status
    theirs.reason = response.reason
    for name, value in response.fields.values():
        theirs.headers[name.decode("latin-1")] = value.decode("latin-1")
    theirs._content = response.excerpt  # noqa: SLF001 - as `requests` itself fills it
    theirs.elapsed = timedelta(seconds=response.seconds)
    theirs.url = str(request.url)
    theirs.request = request
    return theirs
