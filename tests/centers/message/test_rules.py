"""Words, languages and mails, whatever they are made of."""

import email
from datetime import UTC, datetime
from email import policy
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.message._rules.languages import languages_to_try
from hansa.centers.message._rules.mail import WayOut, read_message_id, server_for, write_mail
from hansa.centers.message._rules.rendering import Renderer
from hansa.centers.message.errors import TemplateUnfit
from hansa.centers.message.types import Mail, Rendered, Template
from hansa.kernel.context import Traffic

RENDERER = Renderer()
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)


@given(st.sampled_from(["", "zh", "zh-Hans", "en", "de-AT"]), st.lists(st.sampled_from(["en", "zh", "fr"])))
def test_english_is_always_tried_and_nothing_twice(locale, of_business):
    tried = languages_to_try(locale, of_business)
    assert "en" in tried
    assert len(set(tried)) == len(tried)
    assert not locale or tried[0] == locale


@given(TEXTS)
def test_what_a_parameter_holds_is_shown_and_never_run(words):
    template = Template(subject="{{ words }}", text="{{ words }}", html="<p>{{ words }}</p>")
    rendered = RENDERER.render(template, {"words": words}, language="en")
    assert rendered.subject == " ".join(words.split())
    assert rendered.text == words.strip()
    inside = rendered.html.removeprefix("<p>").removesuffix("</p>")
    assert "<" not in inside
    assert ">" not in inside


@given(TEXTS)
def test_a_page_made_of_a_text_holds_only_our_markup(words):
    html = RENDERER.render(Template(subject="s", text="{{ words }}"), {"words": words}, language="en").html
    body = html.partition('1em">\n')[2].rpartition("</body>")[0]
    for mark in ("<p>", "</p>", "<br>"):
        body = body.replace(mark, "")
    assert "<" not in body


@pytest.mark.parametrize(
    "source",
    [
        "{{ missing }}",
        "{{ words.missing }}",
        "{{ words.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% for n in range(1000000000) %}x{% endfor %}",
        "{{ 1 / 0 }}",
        "{% include 'other' %}",
        "{% if %}",
        "{{ words | nonsense }}",
        "{{ words | money }}",
    ],
)
def test_words_that_do_not_work_or_reach_too_far_are_refused(source):
    with pytest.raises(TemplateUnfit):
        RENDERER.render(Template(subject="s", text=source), {"words": "x"}, language="en")


def test_what_a_template_needs_is_known_beforehand():
    template = Template(
        subject="{{ order }}",
        text="{{ recipient }} {% for line in lines %}{{ line }}{% endfor %}",
        html="{{ seal }}",
    )
    assert RENDERER.needs(template) == {"order", "lines", "seal"}
    with pytest.raises(TemplateUnfit):
        RENDERER.needs(Template(subject="{{", text=""))


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("en", {"minor": 123450, "currency": "EUR"}, "€1,234.50"),
        ("zh", {"minor": 123450, "currency": "CNY"}, "¥1,234.50"),
        ("zh-Hans", {"minor": 5, "currency": "CNY"}, "¥0.05"),
        ("en", {"minor": 1234, "currency": "JPY"}, "¥1,234"),
        ("xx", {"minor": 100, "currency": "USD"}, "$1.00"),
        ("not a language", {"minor": -100, "currency": "USD"}, "-$1.00"),
    ],
)
def test_money_is_written_as_readers_write_it(language, amount, written):
    template = Template(subject="s", text="{{ amount | money }}")
    assert RENDERER.render(template, {"amount": amount}, language=language).text == written


LINES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)


@given(
    subject=LINES,
    text=st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=500),
    sender_name=LINES,
    to_name=LINES,
    traffic=st.sampled_from(Traffic),
    url=st.one_of(
        st.none(), st.text("abcXYZ019-_", min_size=1, max_size=300).map("https://hansa.example/x/".__add__)
    ),
)
def test_a_mail_says_what_it_should_and_is_the_same_twice(subject, text, sender_name, to_name, traffic, url):
    about = {
        "party_id": UUID(int=5),
        "notification_id": UUID(int=7),
        "told_at": datetime(2026, 11, 21, tzinfo=UTC),
        "way_out": WayOut(one_click=url, page=f"{url}/page", words="No more of <this>:") if url else None,
        "traffic": traffic,
        "sender": "shop@example.com",
        "sender_name": sender_name,
        "to": "ada@example.com",
        "to_name": to_name,
    }
    rendered = Rendered(
        subject=" ".join(subject.split()), text=text.strip(), html="<body><p>x</p></body></html>"
    )
    raw = write_mail(rendered, **about).as_bytes()
    assert raw == write_mail(rendered, **about).as_bytes()
    read = email.message_from_bytes(raw, policy=policy.default)
    assert [address.addr_spec for address in read["To"].addresses] == ["ada@example.com"]
    assert [address.addr_spec for address in read["From"].addresses] == ["shop@example.com"]
    plain = read.get_body(("plain",))
    assert plain is not None
    page = read.get_body(("html",)).get_content()
    end = f"\n\nNo more of <this>:\n{url}/page" if url else ""
    assert plain.get_content().strip().splitlines() == f"{text.strip()}{end}".strip().splitlines()
    assert page.count("<p>x</p>") == 1
    assert page.rstrip().endswith("</body></html>")
    assert page.count(f'No more of &lt;this&gt;: <a href="{url}/page">') == (1 if url else 0)
    assert (read["X-Hansa-Traffic"] is None) == (traffic is Traffic.LIVE)
    assert read_message_id(read["Message-ID"]) == (UUID(int=5), UUID(int=7))
    assert read["List-Unsubscribe"] == (f"<{url}>" if url else None)
    assert read["List-Unsubscribe-Post"] == ("List-Unsubscribe=One-Click" if url else None)
    if url:  # programs read this header as it stands
        assert f"<{url}>" in raw.decode("ascii").replace("\r\n", "")
    assert set(read.keys()) <= {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Hansa-Traffic", "MIME-Version",
        "Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post",
    }  # fmt: skip


HOSTS = st.sampled_from(["", "smtp.example.com", "localhost", "127.0.0.1"])
PORTS = st.sampled_from([25, 587, 1025])


@given(HOSTS, PORTS, HOSTS, PORTS, st.sampled_from(Traffic))
def test_no_settings_that_may_start_send_test_mail_to_the_live_server(host, port, near, near_port, traffic):
    settings = Mail(host=host, port=port, stand_in_host=near, stand_in_port=near_port)
    if settings.wrong():
        return
    server = server_for(traffic, settings)
    if server is None:
        return
    if traffic is Traffic.LIVE:
        assert (server.host, server.port) == (host, port)
    else:
        assert (server.host, server.port) == (near, near_port) != (host, port)
        assert server.password is None
