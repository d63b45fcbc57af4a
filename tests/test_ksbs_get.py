"""`htq ksbs get` against real servers on this machine."""

import gzip
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import time

import pytest
import trustme
import yaml

from conftest import ROOT, in_terminal, needs_signals
from htqcli import __version__
from htqcli.ksbs.fetching import ARRAY, RECORD, NotFetched, fetch, objection
from servers import Handler, Server, answer, running

pytestmark = pytest.mark.slow

IMPATIENT = RECORD._replace(total=5, silence=0.2, pause=0.001, max_pause=0.002)
"""Short limits, so that no test waits long for a server that does not answer."""


def record(reference="ST0116", version="1.1", **fields):
    return {
        "referenceNumber": reference,
        "version": version,
        "title": "Software developer",
        "level": 4,
        "knowledges": [{"knowledgeId": "k", "detail": f"Made-up statement of {version}"}],
        "skills": [{"skillId": "s", "detail": "Made-up skill"}],
        "behaviours": [{"behaviourId": "b", "detail": "Made-up behaviour"}],
        **fields,
    }


def raw(content):
    """An answer of exactly these bytes."""
    return lambda handler: handler.wfile.write(content)


def trickle(start, piece, pause=0.02):
    """An answer that never ends: equal pieces, with a pause before each."""

    def send(handler):
        handler.wfile.write(start)
        while not handler.server.is_over.wait(pause):
            handler.wfile.write(piece)

    return send


def silence(handler):
    handler.server.is_over.wait(10)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


@pytest.fixture
def server():
    with running(Server()) as found:
        yield found


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def secure(authority):
    """A server over TLS, with a certificate for `standards.example` and this machine."""
    server = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("standards.example", "127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.scheme = "https"
    with running(server) as found:
        yield found


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """Make the system trust the authority."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
def elsewhere(server, secure, trusted, monkeypatch):
    """The server over TLS, reached through a proxy at an address that is not this machine's."""
    server.leads_to = secure.server_address
    monkeypatch.setenv("https_proxy", server.address)
    secure.name = "standards.example"
    return secure


@pytest.fixture
def catalogue(tmp_path):
    """The bundled catalogue with another address for the standards data."""

    def write(address):
        text = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
        text, count = re.subn("(?m)^standards_data: .*$", f"standards_data: {address}", text)
        assert count == 1
        (tmp_path / "catalogue.yaml").write_text(text, encoding="utf-8")
        return tmp_path / "catalogue.yaml"

    return write


@pytest.fixture
def get(htq, catalogue, tmp_path, monkeypatch, server):
    """The lists in the folder `ksbs` after `htq ksbs get`, by file name, and the run."""
    monkeypatch.chdir(tmp_path)

    def run(*words, address=None):
        known = catalogue(f"{address or server.address}/standards")
        done = htq("ksbs", "get", *words, "--catalogue", known)
        files = sorted(tmp_path.glob("ksbs/*"))
        return {f.name: yaml.safe_load(f.read_text(encoding="utf-8")) for f in files}, done

    return run


def test_the_record_of_each_standard_is_fetched_and_imported(get, server):
    server.answers = {
        "/standards/ST0116": answer(record()),
        "/standards/ST0118": answer(record("ST0118", "1.3")),
    }
    files, run = get("st 0116", "ST0118", "ST0116")
    assert (run.code, run.err) == (0, "")
    assert run.out == (
        "Wrote 2 KSB lists to ksbs/: ST0116 version 1.1 (3 KSBs), ST0118 version 1.3 (3 KSBs)\n"
    )
    assert list(files) == ["ST0116-1.1.yaml", "ST0118-1.3.yaml"]
    assert server.asked == ["/standards/ST0116", "/standards/ST0118"]
    assert server.headers["User-Agent"] == f"htq/{__version__}"
    assert server.headers["Accept"] == "application/json"
    assert not {"Authorization", "Cookie"} & set(server.headers)


def test_a_fetched_list_equals_the_list_imported_from_the_saved_record(get, server, htq, tmp_path):
    content = json.dumps(record()).encode()
    server.answers = {"/standards/ST0116": answer(gzip.compress(content), Content_Encoding="gzip")}
    get("ST0116")
    (tmp_path / "ST0116.json").write_bytes(content)
    known = tmp_path / "catalogue.yaml"
    htq("ksbs", "import", "ST0116.json", "-o", "other", "--catalogue", known)
    name = "ST0116-1.1.yaml"
    assert (tmp_path / "ksbs" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_a_list_that_differs_is_replaced_only_with_force(get, server):
    changed = record(knowledges=[{"knowledgeId": "k", "detail": "Another statement"}])
    server.answers = {"/standards/ST0116": [answer(record()), answer(changed)]}
    before, _ = get("ST0116")
    kept, run = get("ST0116")
    assert (kept, run.code) == (before, 3)
    assert "differs in K1. Use ‘--force’ to replace it." in run.err
    replaced, run = get("ST0116", "--force")
    assert (replaced["ST0116-1.1.yaml"]["ksbs"]["K1"], run.code) == ("Another statement", 0)


ALL = [
    None,
    record(version="1.0"),
    record(version="1.1", status="In development", title="A draft of it"),
    record(version="1.1", status="Approved for delivery"),
    record("ST0118", "1.0"),
    record("ST0118", "1.10"),
    record("ST0118", "1.9"),
    record("ST0119", "1.0"),
]


@pytest.mark.parametrize(
    ("words", "asked", "written", "code"),
    [
        (["ST0116", "--version", "1.1"], ["/ST0116"], ["ST0116-1.1"], 0),
        (["ST0116", "--version", "1.0"], ["/ST0116", ""], ["ST0116-1.0"], 0),
        (["ST0116", "ST0118", "--version", "1.0"], ["/ST0116", "/ST0118", ""],
         ["ST0116-1.0", "ST0118-1.0"], 0),
        (["ST0116", "ST0118", "--version", "1.1"], ["/ST0116", "/ST0118", ""], ["ST0116-1.1"], 3),
        (["ST0116", "--all-versions"], [""], ["ST0116-1.0", "ST0116-1.1"], 0),
        (["ST0119", "ST9999", "--all-versions"], [""], ["ST0119-1.0"], 3),
    ],
)  # fmt: skip
def test_all_records_are_fetched_once_and_only_if_a_version_needs_them(
    get, server, words, asked, written, code
):
    server.answers = {
        "/standards": answer(ALL),
        "/standards/ST0116": answer(ALL[3]),
        "/standards/ST0118": answer(ALL[5]),
    }
    files, run = get(*words)
    assert run.code == code
    assert list(files) == [f"{name}.yaml" for name in written]
    assert server.asked == [f"/standards{path}" for path in asked]
    assert "A draft of it" not in [made["title"] for made in files.values()]


def test_an_unpublished_version_is_reported_with_the_published_ones(get, server):
    server.answers = {"/standards": answer(ALL), "/standards/ST0118": answer(ALL[5])}
    files, run = get("ST0118", "--version", "9.9")
    assert (files, run.code, run.out) == ({}, 3, "")
    assert "ST0118 version 9.9 is not in the data at http://127.0.0.1" in run.err
    assert "It has 1.0, 1.9, 1.10." in run.err


BY_HAND = "Try again, or save {address}/standards/ST0116 as ksbs/ST0116.json and run ‘htq ksbs import ksbs/ST0116.json’."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answer(b"{}", 403), "127.0.0.1 refused the request (status 403)"),
        (answer(status=204), "127.0.0.1 refused the request (status 204)"),
        (answer(status=302), "127.0.0.1 refused the request (status 302)"),
        (answer(b"busy", 429, Retry_After=0), "is busy (status 429), after 3 tries"),
        (answer(b"oh", 500, Retry_After=0), "has a fault (status 500), after 3 tries"),
        (answer(b"oh", 503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"), "is busy (status 503)"),
        (answer(record(), Content_Length=4_000), "ended too soon"),
        (answer(json.dumps(record()).encode()[:90], Content_Length=None), "answer is not JSON"),
        (answer(gzip.compress(b"{}")[:-9], Content_Encoding="gzip"), "ended too soon"),
        (answer(b"{}", Content_Encoding="gzip"), "cannot be decompressed"),
        (answer(b"{}", Content_Encoding="br"), "answers in the encoding ‘br’"),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\r\n"),
         "ended the connection too soon"),
        (raw(b""), "ended the connection too soon"),
        (raw(b"220 mail.example ready\r\n"), "the answer of 127.0.0.1 is not HTTP"),
        (answer(b"<!doctype html><p>Log in"), "the answer is a web page"),
        (answer(b""), "the answer is not JSON"),
        (answer(b"{}", Content_Length=200_000_000), "is larger than 160 MB"),
        (answer(status=301, Location="file:///etc/passwd"), "redirects to ‘file:///etc/passwd’"),
        (answer(status=302, Location="ftp://standards.example/a"), "does not begin with https://"),
        (answer(status=307, Location="http://standards.example/a"), "does not begin with https://"),
        (answer(status=308, Location="https://me:secret@standards.example/"), "user name or password"),
        (answer(status=303, Location="https://[broken"), "is not a whole web address"),
        (answer(status=302, Location="/standards/ST0116"), "redirects more than 5 times"),
    ],
)  # fmt: skip
def test_nothing_is_written_from_an_incomplete_or_faulty_answer(get, server, given, said):
    server.answers = {"/standards/ST0116": given, "/standards/ST0118": answer(record("ST0118"))}
    files, run = get("ST0116", "ST0118")
    assert run.code == 3
    assert list(files) == ["ST0118-1.1.yaml"]  # the other one is still fetched
    (line,) = run.err.splitlines()
    assert line.startswith("Could not fetch ST0116: ")
    assert said in line
    assert line.endswith(BY_HAND.format(address=server.address))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answer(None), "does not have a record of it"),
        (answer([]), "does not have a record of it"),
        (answer({"error": "try later"}), "does not have a record of it"),
        (answer(record("ST0117")), "does not have a record of it"),
        (answer(record(title="TBC")), "it has no title"),
        (answer(record(version="one")), "its version ‘one’ is not a version"),
        (answer(b"", 404), "nothing at this address (status 404). Check the reference with"),
        (answer(b"", 410), "nothing at this address (status 410). Check the reference with"),
    ],
)
def test_an_answer_without_a_usable_record_is_reported(get, server, given, said):
    server.answers = {"/standards/ST0116": given, "/standards/ST0118": answer(record("ST0118"))}
    files, run = get("ST0116", "ST0118")
    assert (run.code, list(files)) == (3, ["ST0118-1.1.yaml"])
    assert said in run.err


def test_without_a_server_the_message_says_how_to_save_the_data_by_hand(get):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # but nothing listens there
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        words = "--all-versions", "-o", "my lists"
        files, run = get("ST0116", address=address)
        _, of_all = get("ST0116", "ST0118", *words, address=address)
    assert (files, run.code, run.out) == ({}, 3, "")
    assert "Could not fetch ST0116: there is no connection to 127.0.0.1 (‘" in run.err
    assert run.err.endswith(BY_HAND.format(address=address) + "\n")
    assert (of_all.code, of_all.err.count("\n")) == (3, 1)
    assert (
        f'save {address}/standards as "my lists/standards-data.json" and run ‘htq ksbs import '
        '"my lists/standards-data.json" --reference ST0116 --reference ST0118 -o "my lists"’.'
    ) in of_all.err


def test_text_in_an_answer_cannot_command_the_terminal_or_pipeline(get, server):
    hostile = "\x1b[31m\u202e##[error]x"
    server.answers = {
        "/standards/ST0116": answer(status=302, Location="https://\x9b31m##[error]x.example"),
        "/standards/ST0117": answer(record("ST0117", hostile)),
        "/standards/ST0118": answer(b"{}", Content_Encoding="\x9b31m##[error]x"),
    }
    _, run = get("ST0116", "ST0117", "ST0118")
    assert run.code == 3
    assert not re.search("[\x1b\x9b\u202e]|##\\[", run.err)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(server, status):
    server.answers = {
        "/a": answer(b"x" * 9, status, Location="b?c=%20"),
        "/b?c=%20": answer(b"yes"),
    }
    assert fetch(f"{server.address}/a") == b"yes"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_failing_server_is_tried_up_to_three_times(server, status):
    server.answers = {"/a": [answer(b"", status), answer(b"", status), answer(b"yes")]}
    assert fetch(f"{server.address}/a", IMPATIENT) == b"yes"
    server.answers = {"/a": [answer(b"", status)] * 3 + [answer(b"too late")]}
    with pytest.raises(NotFetched, match=f"status {status}\\), after 3 tries"):
        fetch(f"{server.address}/a", IMPATIENT)


@pytest.mark.parametrize(
    "asks",
    ["0", "3600", "9" * 20, "9" * 400, "Fri, 31 Dec 2100 23:59:59 GMT", "Wed, 21 Oct 2015 07:28:00 GMT",
     "Wed, 99 Oct 2015", "-1", "soon", ""],
)  # fmt: skip
def test_the_wait_that_a_server_asks_for_is_limited(server, asks):
    server.answers = {"/a": [answer(b"", 429, Retry_After=asks), answer(b"yes")]}
    assert fetch(f"{server.address}/a", IMPATIENT) == b"yes"


@pytest.mark.parametrize("asks", ["1", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_the_wait_that_a_server_asks_for_replaces_the_default_wait(server, asks):
    server.answers = {"/a": [answer(b"", 429, Retry_After=asks), answer(b"too early")]}
    limits = IMPATIENT._replace(pause=0, max_pause=60, total=0.1)
    with pytest.raises(NotFetched, match=r"took longer than 0.1 seconds"):
        fetch(f"{server.address}/a", limits)
    assert server.asked == ["/a"]


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "given",
    [
        trickle(HEAD + b"\r\n", b" "),
        trickle(HEAD, b"a"),
        trickle(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        trickle(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        trickle(b"HTTP/1.1 302 Found\r\nLocation: a\r\n\r\n", b" "),
    ],
    ids=["body", "header", "chunks", "continue", "redirect"],
)
def test_an_answer_that_never_ends_is_abandoned(server, given):
    server.answers = {"/a": given}
    with pytest.raises(
        NotFetched, match=r"took longer than 0.3 seconds|redirects more than 5 times"
    ):
        fetch(f"{server.address}/a", IMPATIENT._replace(total=0.3))


def test_a_slow_server_is_waited_for_up_to_a_limit(server):
    def slow(handler):
        time.sleep(0.1)
        handler.wfile.write(HEAD + b"Content-Length: 4\r\n\r\nsl")
        time.sleep(0.1)
        handler.wfile.write(b"ow")

    server.answers = {"/a": slow, "/b": silence}
    assert fetch(f"{server.address}/a", IMPATIENT._replace(silence=5)) == b"slow"
    with pytest.raises(NotFetched, match=r"did not answer within 0.2 seconds"):
        fetch(f"{server.address}/b", IMPATIENT)


@pytest.mark.parametrize(
    "given",
    [
        trickle(HEAD + b"\r\n", b" " * 65_536, pause=0),
        trickle(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + b" " * 0x8000 + b"\r\n", pause=0),
        answer(gzip.compress(b" " * 1_000_001), Content_Encoding="gzip"),
        answer(b" " * 1_000_001),
    ],
    ids=["without end", "chunks without end", "compressed", "announced"],
)  # fmt: skip
def test_an_answer_that_is_too_large_is_not_read_to_its_end(server, given):
    server.answers = {"/a": given}
    with pytest.raises(NotFetched, match="is larger than 1 MB"):
        fetch(f"{server.address}/a", RECORD._replace(size=1_000_000))


def test_an_answer_of_the_largest_allowed_size_is_read(server):
    content = b" " * 1_000_000
    server.answers = {"/a": answer(gzip.compress(content), Content_Encoding="gzip"), "/b": answer(content)}  # fmt: skip
    for path in "ab":
        assert fetch(f"{server.address}/{path}", RECORD._replace(size=1_000_000)) == content


def test_a_fetch_reports_its_progress(server):
    seen = []
    server.answers = {"/a": answer(b" " * 100_000)}
    fetch(f"{server.address}/a", progress=lambda *far: seen.append(far))
    assert seen[-1] == (100_000, 100_000)


def test_an_interruption_while_reporting_progress_ends_the_fetch(server):
    server.answers = {"/a": trickle(HEAD + b"\r\n", b" ")}

    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(f"{server.address}/a", progress=interrupt)


def test_the_limits_are_those_in_the_help_and_the_contract():
    assert (RECORD.total, ARRAY.total, RECORD.silence, RECORD.tries) == (120, 900, 30, 3)


def test_an_untrusted_certificate_is_refused(get, secure):
    secure.answers = {"/standards/ST0116": answer(record())}
    files, run = get("ST0116", address=secure.address)
    assert (files, run.code, secure.asked) == ({}, 3, [])
    assert "the certificate of 127.0.0.1 is not trusted (" in run.err
    assert BY_HAND.format(address=secure.address) in run.err


def test_a_certificate_of_another_server_is_refused(secure, trusted):
    secure.name = "localhost"
    with pytest.raises(NotFetched, match="certificate of localhost is not trusted"):
        fetch(f"{secure.address}/a", IMPATIENT)
    assert secure.asked == []


def test_a_server_without_tls_is_refused(server):
    with pytest.raises(NotFetched, match=r"no secure connection to 127.0.0.1"):
        fetch(f"https://127.0.0.1:{server.server_port}/a", IMPATIENT)


def test_the_proxy_and_the_certificates_of_the_system_are_used(get, server, elsewhere):
    elsewhere.answers = {"/standards/ST0116": answer(record())}
    files, run = get("ST0116", address=elsewhere.address)
    assert (run.err, run.code, list(files)) == ("", 0, ["ST0116-1.1.yaml"])
    assert server.asked == [f"standards.example:{elsewhere.server_port}"]


@pytest.mark.parametrize(
    "target",
    ["http://standards.example/b", "http://127.0.0.1/b", "https://127.0.0.1/b", "https://127.1/b",
     "https://2130706433/b", "https://0x7f000001/b", "https://localhost/b", "https://LOCALHOST./b",
     "https://a.localhost/b", "https://[::1]/b", "https://[::ffff:127.0.0.1]/b", "https://0.0.0.0/b",
     "https://[::]/b", "//127.0.0.1/b", "file:///b", "ftp://standards.example/b", "data:,b",
     "https://me@standards.example/b"],
)  # fmt: skip
def test_a_redirect_to_an_insecure_address_or_to_this_machine_is_refused(elsewhere, target):
    elsewhere.answers = {"/a": answer(status=302, Location=target)}
    with pytest.raises(NotFetched, match=r"standards.example redirects to .*, which "):
        fetch(f"{elsewhere.address}/a", IMPATIENT)


def test_a_redirect_from_https_to_https_is_followed(elsewhere):
    elsewhere.answers = {"/a": answer(status=302, Location="/b"), "/b": answer(b"yes")}
    assert fetch(f"{elsewhere.address}/a", IMPATIENT) == b"yes"


def test_no_proxy_is_used_for_addresses_on_this_machine(server, monkeypatch):
    server.answers = {"/a": answer(b"yes")}
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert fetch(f"{server.address}/a", IMPATIENT) == b"yes"


@pytest.mark.parametrize("proxy", ["http:proxy", "http://127.0.0.1:port"])
def test_an_invalid_proxy_setting_is_reported(monkeypatch, proxy):
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(NotFetched, match="check the proxy settings"):
        fetch("https://standards.example/a", IMPATIENT)


def test_a_proxy_that_refuses_the_connection_is_reported(server, monkeypatch):
    monkeypatch.setenv("https_proxy", server.address)
    monkeypatch.setattr(Handler, "do_CONNECT", answer(b"", 407), raising=True)
    with pytest.raises(NotFetched, match=r"no connection to standards.example .*407"):
        fetch("https://standards.example/a", IMPATIENT)


ADDRESSES = [
    ("http://standards.example/a", "does not begin with https://"),
    ("http://127.0.0.1.standards.example/a", "does not begin with https://"),
    ("http://192.168.0.1/a", "does not begin with https://"),
    ("ftp://standards.example/a", "does not begin with https://"),
    ("file://localhost/etc/passwd", "does not begin with https://"),
    ("file:///etc/passwd", "is not a whole web address"),
    ("standards.example/a", "is not a whole web address"),
    ("https:///a", "is not a whole web address"),
    ("https://[::1/a", "is not a whole web address"),
    ("https://standards.example:port/a", "is not a whole web address"),
    ("https://standards.example:99999/a", "is not a whole web address"),
    ("https://standards.example/a b", "is not a whole web address"),
    ("https://standards.example/ä", "is not a whole web address"),
    ("https://a..example/", "is not a whole web address"),
    (f"https://{'a' * 70}.example/", "is not a whole web address"),
    ("https://me:secret@standards.example/a", "has a user name or password in it"),
    ("https://standards.example/a?key=1", "contains ‘?’ or ‘#’"),
    ('"https://standards.example/#/a"', "contains ‘?’ or ‘#’"),
]


@pytest.mark.parametrize(("address", "said"), ADDRESSES)
def test_an_unsafe_or_incomplete_address_gives_exit_code_2(htq, catalogue, address, said):
    run = htq("ksbs", "get", "ST0116", "--catalogue", catalogue(address))
    assert (run.code, run.out) == (2, "")
    assert "address of the standards data" in run.err
    assert said in run.err
    assert "Correct ‘standards_data’ in the catalogue" in run.err


@pytest.mark.parametrize(
    "address",
    ["https://standards.example", "HTTPS://standards.example:8443/a", "http://localhost:1/a",
     "http://127.0.0.2/a", "http://[::1]:80/a"],
)  # fmt: skip
def test_https_addresses_and_addresses_on_this_machine_are_allowed(address):
    assert objection(address) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "REFERENCE is missing"),
        (["FA0116"], "‘FA0116’ is not the reference of a standard"),
        (["ST0116", "--version", "newest"], "‘newest’ is not a version, such as 1.1"),
        (["ST0116", "--version", "1.0", "--all-versions"], "not both"),
    ],
)
def test_invalid_arguments_are_refused_and_nothing_is_fetched(get, server, words, said):
    files, run = get(*words)
    assert (files, run.code, server.asked) == ({}, 2, [])
    assert said in run.err


def test_the_address_in_the_bundled_catalogue_is_allowed():
    bundled = yaml.safe_load((ROOT / "data" / "standards.yaml").read_text(encoding="utf-8"))
    assert objection(bundled["standards_data"]) is None


@needs_signals
def test_an_interruption_prints_nothing_and_writes_no_list(server, catalogue, tmp_path):
    def interrupt(handler):
        program.send_signal(signal.SIGINT)
        silence(handler)

    server.answers = {"/ST0116": interrupt}
    known = catalogue(server.address)
    command = [sys.executable, "-m", "htqcli", "ksbs", "get", "ST0116", "--catalogue", known]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.communicate(timeout=30) == (b"", b"")
    assert program.returncode == 130
    assert not (tmp_path / "ksbs").exists()


def test_a_terminal_shows_the_progress_of_a_fetch(server, catalogue, tmp_path):
    def slow(handler):
        handler.wfile.write(HEAD + b"Content-Length: 2000000\r\n\r\n" + b" " * 1_000_000)
        time.sleep(0.3)
        handler.wfile.write(json.dumps(record()).encode().ljust(1_000_000))

    server.answers = {"/ST0116": slow}
    words = "ksbs", "get", "ST0116", "-o", tmp_path / "ksbs", "--catalogue"
    code, shown = in_terminal(*words, catalogue(server.address))
    assert code == 0
    assert "Fetching ST0116" in shown
    assert "/2.0 MB" in shown
    assert "Wrote 1 KSB list to " in shown
