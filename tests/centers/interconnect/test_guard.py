"""No request leaves for this network, whatever a name says, and whenever it says it."""

import asyncio
import ssl
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.interconnect._rules.addresses import is_public, read_target
from hansa.centers.interconnect._service.outbound import Outbound
from hansa.centers.interconnect.types import Outcome
from hansa.kernel.problem import FieldError

PUBLIC = [
    "93.184.216.34",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "64:ff9b::101:101",
    "::ffff:1.1.1.1",
    "2002:101:101::1",
]
PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "::7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "2001:db8::1",
    "2001::1", "100::1",
]  # fmt: skip


class Network:
    """Stands for the network: says where somebody tried to connect, and lets nobody through."""

    def __init__(self):
        self.tried = []

    async def connect_tcp(self, host, port, *_):
        self.tried.append((host, port))
        raise httpcore.ConnectError("nobody there")


def outbound(*answers, chosen=()):
    """A way out where a name stands for something else each time it is asked."""
    left = list(answers)
    asked = []

    async def resolve(host, port):
        asked.append((host, port))
        return left.pop(0) if left else ["127.0.0.1"]

    made = Outbound(chosen=chosen, timeout_s=5, together_max=4, resolve=resolve)
    made._network._inner = network = Network()
    return made, network, asked


async def post(made, url="https://hooks.example.com/in", *, plain=False):
    try:
        return await made.post(url, headers={}, body=b"{}", plain=plain)
    finally:
        await made.close()


@pytest.mark.parametrize("address", PUBLIC)
async def test_a_public_address_is_tried(address):
    made, network, _ = outbound([address])

    assert (await post(made)).outcome is Outcome.UNREACHABLE
    assert network.tried == [(address, 443)]


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_for_a_private_address_is_refused(address):
    made, network, _ = outbound([address])

    answer = await post(made)

    assert answer.outcome is Outcome.FORBIDDEN
    assert address not in answer.response
    assert network.tried == []


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_private_address_itself_is_refused_before_anything_is_asked(address, scheme):
    made, network, asked = outbound()
    shown = f"[{address}]" if ":" in address else address

    assert (await post(made, f"{scheme}://{shown}:8443/", plain=True)).outcome is Outcome.FORBIDDEN
    assert (network.tried, asked) == ([], [])


async def test_one_private_address_among_several_is_enough():
    for answer in (["93.184.216.34", "10.0.0.1"], ["10.0.0.1", "93.184.216.34"]):
        made, network, _ = outbound(answer)
        assert (await post(made)).outcome is Outcome.FORBIDDEN
        assert network.tried == []


async def test_a_name_that_changes_its_mind_gains_nothing():
    """Rebinding: public when it is judged, this machine a moment later. It is asked once, and taken at its word."""
    made, network, asked = outbound(["93.184.216.34"], ["127.0.0.1"])

    await post(made)

    assert asked == [("hooks.example.com", 443)]
    assert network.tried == [("93.184.216.34", 443)]


async def test_every_request_judges_anew():
    made, network, _ = outbound(["93.184.216.34"], ["127.0.0.1"])
    first = await made.post("https://hooks.example.com/", headers={}, body=b"", plain=False)
    second = await post(made, "https://hooks.example.com/")

    assert (first.outcome, second.outcome) == (Outcome.UNREACHABLE, Outcome.FORBIDDEN)
    assert network.tried == [("93.184.216.34", 443)]


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://localhost/",
        "http://127.1/",
        "http://①②⑦.0.0.1/",
    ],
)
async def test_other_spellings_of_this_machine_are_seen_through(url):
    """The system's own resolver says what they mean; it is that answer that is judged."""
    made = Outbound(chosen=(), timeout_s=5, together_max=4)

    assert (await post(made, url, plain=True)).outcome in {Outcome.FORBIDDEN, Outcome.UNREACHABLE}


async def test_only_hosts_that_were_chosen_may_be_private():
    made, network, _ = outbound(["10.0.0.1"], chosen=("erp.internal:8080",))
    assert (await post(made, "http://erp.internal:8080/")).outcome is Outcome.UNREACHABLE
    assert network.tried == [("10.0.0.1", 8080)]
    made, network, _ = outbound(["10.0.0.1"], ["10.0.0.1"], chosen=("erp.internal:8080",))
    assert (
        await made.post("https://erp.internal:9090/", headers={}, body=b"", plain=True)
    ).outcome is Outcome.FORBIDDEN
    assert (await post(made, "https://erp.internal.example.com:8080/")).outcome is Outcome.FORBIDDEN
    assert network.tried == []


async def test_http_is_for_the_sandbox():
    made, network, _ = outbound(["93.184.216.34"], ["93.184.216.34"])
    assert (
        await made.post("http://example.com/", headers={}, body=b"", plain=False)
    ).outcome is Outcome.FORBIDDEN
    assert network.tried == []
    assert (await post(made, "http://example.com/", plain=True)).outcome is Outcome.UNREACHABLE


async def test_who_does_not_speak_tls_is_told_nothing(receivers):
    """TLS is asked for in the name of the host; what does not speak it is no receiver."""
    receiver = await receivers()
    made = Outbound(chosen=("127.0.0.1",), timeout_s=0.2, together_max=4, trust=ssl.create_default_context())

    answer = await post(made, f"https://127.0.0.1:{receiver.port}/")

    assert answer.outcome is Outcome.TIMED_OUT  # it waits for a request that it can read
    assert receiver.taken == []


async def test_a_path_on_this_machine_is_no_address():
    made, _, _ = outbound()
    with pytest.raises(Exception, match="docker"):
        await made._network.connect_unix_socket("/var/run/docker.sock")


async def test_an_answer_without_end_is_cut_off(receivers):
    receiver = await receivers(answer=b"a" * 3_000_000)
    made = Outbound(chosen=("127.0.0.1",), timeout_s=5, together_max=4)

    answer = await asyncio.wait_for(post(made, receiver.url), 5)

    assert answer.outcome is Outcome.DELIVERED
    assert answer.response == "a" * 1000


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_however_it_is_wrapped(address):
    mapped = IPv6Address(f"::ffff:{address}")
    nat64 = IPv6Address(int(IPv6Address("64:ff9b::")) + int(address))
    assert is_public(address) == is_public(mapped) == is_public(nat64)
    if not is_public(address):
        assert not is_public(IPv6Address((0x2002 << 112) + (int(address) << 80)))


@given(st.ip_addresses())
def test_what_is_public_is_never_on_a_list_of_private_ones(address):
    if is_public(address) and isinstance(address, IPv4Address):
        assert not address.is_private
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_multicast


@given(st.text(max_size=60))
def test_any_text_is_a_url_or_is_not(text):
    for url in (text, f"https://{text}", f"https://example.com/{text}", f"https://example.com:{text}"):
        found = read_target(url)
        if not isinstance(found, FieldError):
            assert found.host.isascii()
            assert 0 < found.port < 65536


def test_the_addresses_of_these_tests_are_what_they_are_taken_for():
    assert all(is_public(ip_address(one)) for one in PUBLIC)
    assert not any(is_public(ip_address(one)) for one in PRIVATE)
