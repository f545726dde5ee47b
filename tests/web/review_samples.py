"""Samples of reviews: those of a product, those of one's own, and writing one."""

# ruff: noqa: I001 - Chinese sentences use Chinese punctuation; long import lists stay readable
from __future__ import annotations

from datetime import timedelta

import msgspec

from hansa.web.parts import (
    Action, Bar, Fact, Form, Line, Link, MyReview, Pager, Photograph, Picture, Rating, Review, Scale, ToReview, Upload,
)  # fmt: skip
from hansa.web.views import MyReviewsPage, ReviewsPage, WriteReviewPage
from sampling import NOW, Words, chrome, yuan


def rated(t: Words) -> Rating:
    votes = ((5, 246, 79), (4, 43, 14), (3, 12, 4), (2, 7, 2), (1, 4, 1))
    return Rating(
        score="4.8", stars=5, votes=312, bars=tuple(Bar(stars=s, count=c, percent=p) for s, c, p in votes),
        also=(Fact(label=t("Service", "服务"), text="4.9"), Fact(label=t("Delivery", "物流"), text="4.6")),
    )  # fmt: skip


def photographs(t: Words, count: int) -> tuple[Photograph, ...]:
    """Pictures as `server` has them."""
    return tuple(
        Photograph(alt=t(f"Picture {n}", f"图片 {n}"), url=f"/bazaar/api/pictures/{n}/thumb", large_url=f"/bazaar/api/pictures/{n}/large")
        for n in range(1, count + 1)
    )  # fmt: skip


def said(t: Words) -> tuple[Review, ...]:
    return (
        Review(person="周**", stars=5, at=NOW - timedelta(days=3), text="釉色比图上更润，出水利落，不滴。包装很用心，送朋友正合适。", option=t("Plum green", "梅子青"), lang="zh", photographs=photographs(t, 3), later_photographs=photographs(t, 1),
               later=t("After a month: not a stain.", "用了一个月：不留茶渍。"), reply=t("Thank you! Warm the pot before the first infusion.", "谢谢您！第一泡前请先温壶。"), reply_by="青禾茶器"),
        Review(person="M**", stars=4, at=NOW - timedelta(days=9), text="Pours cleanly and keeps heat. The handle gets warm after the third infusion.", option=t("Dark clay", "乌泥"), lang="en"),
        Review(person=t("A buyer", "买家"), stars=3, at=NOW - timedelta(days=12), text=""),
    )  # fmt: skip


def line(t: Words) -> Line:
    return Line(
        name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"),
        option=t("plum green", "梅子青"),
        picture=Picture(art="teapot"),
        quantity=1,
        total=yuan(238),
        url="/bazaar/products/prd_1",
    )


def reviews(t: Words) -> ReviewsPage:
    itself = Link(label=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), url="/bazaar/products/prd_1")
    stars = [t("All", "全部"), *(t(f"{n} stars", f"{n} 星") for n in range(5, 1, -1)), t("1 star", "1 星")]
    return ReviewsPage(
        chrome=chrome(t, section=""), product=itself, picture=Picture(art="teapot"), rating=rated(t), reviews=said(t), pager=Pager(shown=3, next_url="?after=c3"),
        tabs=tuple(Link(label=word, url=f"?stars={place}", current=place == 0) for place, word in enumerate(stars)),
        crumbs=(itself, Link(label=t("What buyers say", "买家评价"), url="", current=True)),
    )  # fmt: skip


def reviews_narrow(t: Words) -> ReviewsPage:
    return msgspec.structs.replace(reviews(t), reviews=())


def reviews_none(t: Words) -> ReviewsPage:
    return msgspec.structs.replace(reviews(t), reviews=(), rating=None, tabs=())


def my_reviews(t: Words) -> MyReviewsPage:
    write = Action(
        label=t("Review", "评价"), url="/bazaar/orders/1/lines/1/review", method="get", icon="star"
    )
    one = MyReview(
        line=line(t),
        shop="青禾茶器",
        stars=5,
        at=NOW - timedelta(days=3),
        text=t(
            "Smoother than in the picture, and it pours without a drop.", "釉色比图上更润，出水利落，不滴。"
        ),
        state="published",
        photographs=photographs(t, 2),
        reply=t("Thank you!", "谢谢您！"),
        reply_by="青禾茶器",
        add_url="/bazaar/reviews/rev_1/later",
        withdraw=Action(label=t("Take it back", "撤回"), url="/bazaar/reviews/rev_1/withdraw"),
    )
    return MyReviewsPage(
        chrome=chrome(t, section="orders", path="/bazaar/reviews"), waiting=(ToReview(line=line(t), write=write, until=NOW + timedelta(days=12)),),
        written=(one, msgspec.structs.replace(one, state="hidden", reply="", add_url="", stars=4, text=""), msgspec.structs.replace(one, state="held", reply="", add_url="", stars=1)), pager=Pager(shown=3),
    )  # fmt: skip


def my_reviews_none(t: Words) -> MyReviewsPage:
    return msgspec.structs.replace(my_reviews(t), waiting=(), written=())


def write_review(t: Words) -> WriteReviewPage:
    return WriteReviewPage(
        chrome=chrome(t, section="orders"), title=t("How was it?", "感觉如何？"), line=line(t), post_url="/bazaar/orders/1/lines/1/review", button=t("Publish the review", "发布评价"),
        crumbs=(Link(label=t("To the order", "查看订单"), url="/bazaar/orders/1"), Link(label=t("Review", "评价"), url="", current=True)),
        scales=(Scale(name="item", label=t("The goods", "商品")), Scale(name="service", label=t("The seller's service", "卖家服务")), Scale(name="delivery", label=t("The delivery", "物流"))),
        uploads=tuple(Upload(name=f"picture-{n}", value=f"med_{n}", photograph=one) for n, one in enumerate(photographs(t, 2), start=1)),
        form=Form(values={"item": "4"}, errors={"service": t("One to five stars, please", "请选择一到五颗星"), "files": t("This is no picture that can be shown: a JPEG, PNG, WebP or GIF is", "无法显示该图片：请使用 JPEG、PNG、WebP 或 GIF")}),
    )  # fmt: skip


def add_later(t: Words) -> WriteReviewPage:
    return msgspec.structs.replace(
        write_review(t),
        title=t("And today?", "现在呢？"),
        scales=(),
        uploads=(),
        form=Form(),
        button=t("Add this", "追加评价"),
        before=t("Smoother than in the picture.", "釉色比图上更润。"),
    )


REVIEWS = (reviews, reviews_narrow, reviews_none, my_reviews, my_reviews_none, write_review, add_later)
