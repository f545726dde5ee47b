"""Pictures: looked at by content, re-encoded, kept in a folder or a bucket, shown to everybody."""

import contextlib
import io
import subprocess
import sys
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer
from PIL import Image, PngImagePlugin

from centers.product.kiln import make
from hansa.centers.product import api as product
from hansa.centers.product._rules.pictures import PictureUnreadable, encode
from hansa.centers.product._rules.signing import signed
from hansa.centers.product._service import media
from hansa.centers.product._service.keeping_bytes import Bucket, Folder, PictureBytes
from hansa.centers.product._service.media import sweep_pictures
from hansa.centers.product.errors import (
    PictureFull,
    PictureInUse,
    PictureNotFound,
    PictureRefused,
    PicturesUnavailable,
    PicturesUnknown,
)
from hansa.centers.product.types import PictureStore, ProductEdit
from hansa.kernel.problem import Forbidden, Unauthenticated
from hansa.kernel.settings import Secret

SECRET = b"geotagged: 31.2304, 121.4737"


def drawn(form="PNG", size=(400, 300), mode="RGB", colour=(10, 120, 90), **about):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, form, **about)
    return out.getvalue()


@pytest.fixture
def shelf(market, tmp_path):
    """A folder for the market's pictures."""
    market.platform.add(PictureBytes(Folder(tmp_path)))
    return tmp_path


@pytest.fixture(scope="module")
def bucket():
    """A bucket of an S3-compatible store, and its settings."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    httpx.put(
        f"{endpoint}/pots",
        headers={
            "authorization": "AWS4-HMAC-SHA256 Credential=k/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
        },
    )
    yield PictureStore(
        s3_endpoint=endpoint, s3_bucket="pots", s3_access_key="key", s3_secret_key=Secret("s" * 20)
    )
    server.stop()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_pictures_become_webp_in_three_sizes(form):
    encoded = encode(drawn(form, size=(3000, 1500)))

    sizes = {}
    for name, content in encoded.forms.items():
        with Image.open(io.BytesIO(content)) as shown:
            assert shown.format == "WEBP"
            sizes[name] = shown.size
    assert sizes == {"large": (2048, 1024), "medium": (800, 400), "thumb": (320, 160)}
    assert (encoded.width, encoded.height) == (2048, 1024)


def test_nothing_but_pixels_survives():
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", SECRET.decode())
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    hidden = [
        drawn("PNG", pnginfo=about),
        drawn("JPEG", exif=exif, comment=SECRET),
        drawn("WEBP", exif=exif, xmp=SECRET),
        drawn("PNG") + SECRET,
        drawn("JPEG") + b"PK\x03\x04" + SECRET,
    ]
    for content in hidden:
        assert SECRET in content or b"31.2304" in content
        for kept in encode(content).forms.values():
            assert b"31.2304" not in kept
            with Image.open(io.BytesIO(kept)) as shown:
                assert not shown.getexif()
                assert not {"icc_profile", "exif", "xmp", "comment"} & shown.info.keys()


def test_a_picture_taken_upside_down_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    assert (encode(drawn("JPEG", size=(400, 300), exif=exif)).width) == 300


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_large_one_does_too(form):
    exif = Image.Exif()
    exif[0x0112] = 6
    encoded = encode(drawn(form, size=(6001, 4003), exif=exif))
    assert (encoded.width, encoded.height) == (1366, 2048)


def test_a_small_file_does_not_fill_the_memory():
    """Forty million pixels in five kilobytes: with colour and transparency, 160 MB a copy."""
    code = (
        "import io, resource\n"
        "from PIL import Image\n"
        "from hansa.centers.product._rules.pictures import encode\n"
        "out = io.BytesIO()\n"
        "Image.new('P', (6320, 6320)).save(out, 'PNG', transparency=0)\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = used()\n"
        "encode(out.getvalue())\n"
        "print(used() - before)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    grown_kib = int(ran.stdout) if sys.platform == "linux" else int(ran.stdout) // 1024
    assert grown_kib < 200 * 1024


def test_what_can_be_seen_through_stays_so():
    encoded = encode(drawn("PNG", mode="RGBA", colour=(1, 2, 3, 0)))
    with Image.open(io.BytesIO(encoded.forms["thumb"])) as shown:
        assert shown.mode == "RGBA"
        assert shown.getpixel((5, 5))[3] == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + b"\0" * 20,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
        drawn("PNG")[:200],
        drawn("BMP"),
        drawn("TIFF"),
        drawn("PNG", size=(15, 400)),
        drawn("PNG", mode="1", size=(8000, 8000), colour=1),  # a few bytes that would fill the memory
    ],
    ids=range(9),
)
def test_what_is_no_picture_is_refused_whatever_it_says_it_is(content):
    with pytest.raises(PictureUnreadable):
        encode(content)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200), st.integers(0, 600), st.integers(0, 255))
def test_a_damaged_picture_is_no_accident(tail, at, byte):
    content = bytearray(drawn("JPEG", size=(64, 64)))
    content[at % len(content)] = byte
    for one in (bytes(content) + tail, bytes(content[:at]) + tail):
        with contextlib.suppress(PictureUnreadable):
            assert 1 <= encode(one).width <= 2048


async def test_a_product_shows_pictures_of_its_shop(market, shelf):
    seller, other = await market.seller(), await market.seller("other")
    picture = await product.add_picture(
        seller[1], shop_id=seller[0].id, content=drawn(), alt={"en": "From above"}
    )
    theirs = await product.add_picture(other[1], shop_id=other[0].id, content=drawn())

    page = await make(seller, pictures=[picture.id])

    assert page.product.pictures == (picture.id,)
    content = await product.picture_bytes(market.person(), media_id=picture.id, form="thumb")
    with Image.open(io.BytesIO(content)) as shown:
        assert shown.size == (320, 240)
    with pytest.raises(PicturesUnknown):
        await make(seller, pictures=[theirs.id])
    with pytest.raises(PicturesUnknown):
        await product.edit_product(
            seller[1], product_id=page.product.id, edit=ProductEdit(pictures=(picture.id, theirs.id))
        )
    with pytest.raises(PictureInUse):
        await product.remove_picture(seller[1], media_id=picture.id)
    await product.edit_product(seller[1], product_id=page.product.id, edit=ProductEdit(pictures=()))
    await product.remove_picture(seller[1], media_id=picture.id)
    for form in ("large", "thumb", "huge", "../large"):
        with pytest.raises(PictureNotFound):
            await product.picture_bytes(market.ctx, media_id=picture.id, form=form)
    assert [path for path in shelf.rglob("*") if path.is_file() and str(picture.id) in str(path)] == []


async def test_seller_a_cannot_see_or_remove_the_pictures_of_seller_b(market, shelf):
    seller, (_, other) = await market.seller(), await market.seller("other")
    opened, ctx = seller
    picture = await product.add_picture(ctx, shop_id=opened.id, content=drawn())
    for doing in (
        lambda who: product.add_picture(who, shop_id=opened.id, content=drawn()),
        lambda who: product.pictures(who, shop_id=opened.id),
        lambda who: product.picture(who, picture.id),
        lambda who: product.describe_picture(who, media_id=picture.id, alt={"en": "Mine"}),
        lambda who: product.remove_picture(who, media_id=picture.id),
    ):
        with pytest.raises(Forbidden):
            await doing(other)
        with pytest.raises(Unauthenticated):
            await doing(market.platform.context("bazaar"))
    assert (await product.pictures(ctx, shop_id=opened.id)).items == [picture]


async def test_a_picture_too_large_or_none_leaves_nothing(market, shelf):
    opened, ctx = await market.seller()
    for content in (b"x" * 10_000_001, b"hello"):
        with pytest.raises(PictureRefused):
            await product.add_picture(ctx, shop_id=opened.id, content=content)
    assert list(shelf.rglob("*")) == []
    assert await market.rows("SELECT FROM product.media") == []


async def test_a_shop_has_room_for_so_many_pictures_and_bytes(market, shelf):
    opened, ctx = await market.seller()
    size = (await product.add_picture(ctx, shop_id=opened.id, content=drawn())).kept_bytes

    for room, told in (
        (PictureStore(shop_bytes_max=max(1024, 2 * size - 1)), (1, size)),
        (PictureStore(shop_count_max=1), (1, size)),
    ):
        market.platform.settings = replace_section(market.platform.settings, room)
        with pytest.raises(PictureFull) as full:
            await product.add_picture(ctx, shop_id=opened.id, content=drawn("JPEG", size=(1000, 1000)))
        assert (full.value.extras["pictures"], full.value.extras["bytes"]) == told
        rival, theirs = await market.seller("rival" + str(room.shop_count_max))
        await product.add_picture(theirs, shop_id=rival.id, content=drawn())
    assert len((await product.pictures(ctx, shop_id=opened.id)).items) == 1


async def test_what_comes_in_pieces_is_read_no_further_than_a_picture_may_be_long(market, shelf):
    opened, ctx = await market.seller()
    market.platform.settings = replace_section(market.platform.settings, PictureStore(bytes_max=2_000))
    read = []

    async def pieces(content):
        for at in range(0, len(content), 500):
            read.append(at)
            yield content[at : at + 500]

    picture = await product.add_picture(ctx, shop_id=opened.id, content=pieces(drawn()))
    assert (picture.width, picture.height) == (400, 300)
    read.clear()
    with pytest.raises(PictureRefused):
        await product.add_picture(ctx, shop_id=opened.id, content=pieces(b"x" * 1_000_000))
    assert len(read) == 5


async def test_bytes_without_a_picture_are_swept_away_and_no_others(market, shelf, monkeypatch):
    opened, ctx = await market.seller()
    kept = await product.add_picture(ctx, shop_id=opened.id, content=drawn())

    async def died(tx, new):
        raise ConnectionError("the process died before it wrote the row")

    with monkeypatch.context() as patch:
        patch.setattr(media.store, "insert_media", died)
        with pytest.raises(ConnectionError):
            await product.add_picture(ctx, shop_id=opened.id, content=drawn())
    gone = await product.add_picture(ctx, shop_id=opened.id, content=drawn())
    away = Bucket(PictureStore(), client=httpx.AsyncClient(transport=httpx.MockTransport(_nobody)))
    folder = market.platform.service(PictureBytes).store
    market.platform.service(PictureBytes).store = away
    await product.remove_picture(ctx, media_id=gone.id)  # for the shop it is gone, though the store is away
    market.platform.service(PictureBytes).store = folder

    assert len(files(shelf)) == 9
    await sweep_pictures(market.platform)
    assert len(files(shelf)) == 9  # an upload may be under way: nothing is swept within the hour
    await market.rows("UPDATE product.media_loose SET since = since - interval '61 minutes' RETURNING id")
    await sweep_pictures(market.platform)

    assert files(shelf) == {"large.webp", "medium.webp", "thumb.webp"}
    assert await product.picture_bytes(ctx, media_id=kept.id, form="large")
    assert await market.rows("SELECT * FROM product.media_loose") == []


async def _nobody(request):
    raise httpx.ConnectError("nobody there")


def files(shelf):
    found = [path for path in shelf.rglob("*") if path.is_file()]
    return {path.name for path in found} if len(found) == 3 else found


def replace_section(settings, section):
    return msgspec.structs.replace(settings, _sections={**settings._sections, PictureStore: section})


async def test_a_bucket_keeps_pictures_as_a_folder_does(market, bucket, tmp_path, socket_enabled):
    for store in (Bucket(bucket), Folder(tmp_path)):
        assert await store.get("aa/x/large.webp") is None
        await store.put("aa/x/large.webp", b"one")
        await store.put("aa/x/large.webp", b"two")
        assert await store.get("aa/x/large.webp") == b"two"
        await store.delete("aa/x/large.webp")
        await store.delete("aa/x/large.webp")
        assert await store.get("aa/x/large.webp") is None
    market.platform.add(PictureBytes(Bucket(bucket)))
    opened, ctx = await market.seller()
    picture = await product.add_picture(ctx, shop_id=opened.id, content=drawn())
    assert (await product.picture_bytes(ctx, media_id=picture.id, form="large"))[:4] == b"RIFF"


async def test_a_store_that_is_away_or_refuses_is_told(bucket):
    async def away(request):
        raise httpx.ConnectError("nobody there")

    async def refuses(request):
        return httpx.Response(403)

    for answer in (away, refuses):
        client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        with pytest.raises(PicturesUnavailable):
            await Bucket(bucket, client=client).get("x")


@settings(deadline=None)
@given(
    st.sampled_from(["GET", "PUT", "DELETE"]),
    st.text("abz09-_~./", min_size=1, max_size=30).filter(lambda name: "//" not in name and ".." not in name),
    st.binary(max_size=50),
)
def test_requests_are_signed_as_others_sign_them(method, name, body):
    """Botocore is another hand at the same algorithm."""
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    url = f"https://s3.example.com/pots/{name.strip('/')}"
    request = AWSRequest(method=method, url=url, data=body)
    signer = S3SigV4Auth(Credentials("key", "secret"), "s3", "eu-west-1")
    signer.add_auth(request)
    now = datetime.strptime(request.context["timestamp"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    mine = signed(method, url, body, access_key="key", secret_key="secret", region="eu-west-1", now=now)

    assert urlsplit(url).netloc == "s3.example.com"
    assert mine["authorization"] == request.headers["Authorization"]
