"""Samples of the account's rooms, of news and of conversations."""

# ruff: noqa: I001 - Chinese sentences use Chinese punctuation; long import lists stay readable
from __future__ import annotations

from datetime import timedelta

import msgspec

from hansa.web.parts import (
    Action, Ceremony, Choice, ConsentRow, Fact, Form, InboxItem, Link, LinkedRow, Pager, PasskeyRow, Picture, Said, ScopeGroup, ScopeRow,
    Session, Talk, TopicRow,
)  # fmt: skip
from hansa.web.views import (
    AuthorizePage, ConfirmPage, InboxPage, LeavePage, PrivacyPage, SecurityPage, SentBackPage, TalkPage, TalksPage, TellingPage, TokenPage, UnsubscribePage,
)  # fmt: skip
from sampling import NOW, Words, chrome


def rooms(t: Words, current: int) -> tuple[Link, ...]:
    words = (
        t("You", "我的资料"),
        t("Security", "安全"),
        t("Privacy", "隐私"),
        t("What you are told", "消息设置"),
    )
    urls = (
        "/bazaar/account",
        "/bazaar/account/security",
        "/bazaar/account/privacy",
        "/bazaar/account/messages",
    )
    return tuple(
        Link(label=word, url=url, current=place == current)
        for place, (word, url) in enumerate(zip(words, urls, strict=True))
    )


def mail_rooms(t: Words, current: int) -> tuple[Link, ...]:
    return (
        Link(label=t("News", "消息"), url="/bazaar/inbox", current=current == 0),
        Link(label=t("Conversations", "对话"), url="/bazaar/conversations", current=current == 1),
    )


def confirm(t: Words) -> ConfirmPage:
    return ConfirmPage(
        chrome=chrome(t, section="account"), post_url="/bazaar/confirm", next="/bazaar/account/security",
        passkey=Ceremony(begin_url="/bazaar/confirm/passkey/begin", post_url="/bazaar/confirm/passkey"),
        form=Form(errors={"password": t("This is not it", "密码不对")}),
    )  # fmt: skip


def confirm_elsewhere(t: Words) -> ConfirmPage:
    return ConfirmPage(
        chrome=chrome(t, section="account"), post_url="/bazaar/confirm", next="/bazaar/account", password=False,
        logout=Action(label=t("Log out, to log in again", "退出后重新登录"), url="/bazaar/logout", icon="log-out"),
    )  # fmt: skip


def leave(t: Words) -> LeavePage:
    return LeavePage(
        chrome=chrome(t, section="account", person=""), name="Acme", url="#main", back_url="/bazaar/login"
    )


def authorize(t: Words) -> AuthorizePage:
    here = "/bazaar/oauth/authorize"
    return AuthorizePage(
        chrome=chrome(t, section="account", path=here), name="Harbour ERP",
        about=(t("Brings orders and stock of your shop into your books, every minute.", "每分钟将店铺的订单与库存同步到您的账簿。"),),
        facts=(Fact(label=t("Website", "网站"), text="harbour.example.com", url="https://harbour.example.com"), Fact(label=t("You then go back to", "之后返回"), text="app.harbour.example.com")),
        shops=(Link(label=t("Moon Kiln", "月窑"), url=f"{here}?shop=1", current=True), Link(label=t("Reed & Paper", "苇纸"), url=f"{here}?shop=2")),
        scopes=(
            ScopeRow(scope="trade.order.read", label=t("See the shop's orders", "查看店铺的订单"), given=True),
            ScopeRow(scope="trade.order.ship", label=t("Mark orders as shipped", "将订单标记为已发货")),
            ScopeRow(scope="inventory.stock.adjust", label=t("Correct and set stock", "调整和设定库存"), checked=False),
            ScopeRow(scope="product.offer.price", label=t("Set prices", "设定价格"), closed=True, checked=False),
        ),
        seen="5f0c", post_url=f"{here}?shop=1", refuse=Action(label=t("Refuse", "拒绝"), url=f"{here}/refuse", icon="x"),
        form=Form(problem=t("The app asks for something else by now; please look again", "应用请求的内容已有变化，请重新查看")),
    )  # fmt: skip


def authorize_unchosen(t: Words) -> AuthorizePage:
    whole = authorize(t)
    shops = tuple(msgspec.structs.replace(one, current=False) for one in whole.shops)
    return msgspec.structs.replace(whole, shops=shops, post_url="", form=Form())


def authorize_nowhere(t: Words) -> AuthorizePage:
    return msgspec.structs.replace(authorize(t), about=(), shops=(), post_url="", form=Form())


def sent_back(t: Words) -> SentBackPage:
    return SentBackPage(
        chrome=chrome(t, section="account"), host="app.harbour.example.com", url="#main",
        told=t("It may now do what you ticked.", "它现在可以做您勾选的事了。"),
    )  # fmt: skip


def security(t: Words) -> SecurityPage:
    def act(word: str, **more: str) -> Action:
        return Action(label=word, url="/bazaar/account/security/x", **more)

    return SecurityPage(
        chrome=chrome(t, section="account", path="/bazaar/account/security"), tabs=rooms(t, 1), email="lin@demo.hansa",
        verified=False, verify=act(t("Send me a link", "发送链接"), icon="mail"), email_url="/bazaar/account/security/email",
        password=True, password_url="/bazaar/account/security/password",
        add_passkey=Ceremony(begin_url="/bazaar/account/security/passkeys/begin", post_url="/bazaar/account/security/passkeys", kind="create"),
        rename_url="/bazaar/account/security/passkeys/rename",
        passkeys=(
            PasskeyRow(id="pk_1", name=t("Lin's phone", "林晓的手机"), note=t("kept by your provider too", "由服务商同步保管"), added_at=NOW - timedelta(days=40), used_at=NOW - timedelta(minutes=12), remove=act(t("Remove", "删除"), icon="trash-2")),
            PasskeyRow(id="pk_2", name=t("Key on the ring", "钥匙圈上的密钥"), note=t("on one device alone", "仅存于一台设备"), added_at=NOW - timedelta(days=300), remove=act(t("Remove", "删除"), icon="trash-2")),
        ),
        linked=(LinkedRow(name="Acme", linked_at=NOW - timedelta(days=90), used_at=NOW - timedelta(days=2), unlink=act(t("Unlink", "解除关联"))),),
        issuers=(act(t("Link Harbour", "关联 Harbour"), icon="globe"),),
        sessions=(
            Session(device=t("Firefox on Linux", "Linux 上的 Firefox"), since=NOW - timedelta(hours=2), current=True),
            Session(device=t("WeChat on HarmonyOS", "HarmonyOS 上的 WeChat"), icon="phone", since=NOW - timedelta(days=12), used=NOW - timedelta(hours=3), action=act(t("Log out", "退出登录"))),
            Session(device=t("A browser nobody knows", "未知浏览器"), since=NOW - timedelta(days=40), used=NOW - timedelta(days=9), action=act(t("Log out", "退出登录"))),
        ),
        end_others=act(t("Log out everywhere else", "退出其他所有登录"), icon="log-out"),
        tokens=(Session(device="warehouse", icon="key-round", since=NOW - timedelta(days=3), until=NOW + timedelta(days=87), may=(t("See the shop's orders", "查看店铺的订单"), t("Mark orders as shipped", "将订单标记为已发货")), action=act(t("End", "停用"))),),
        new_token=Link(label=t("Make a token", "生成令牌"), url="/bazaar/account/security/tokens", icon="plus"),
        password_form=Form(errors={"current_password": t("This is not it", "密码不对")}),
    )  # fmt: skip


def token(t: Words) -> TokenPage:
    own = (("user.self.read", "See what is yours: orders, addresses, messages", "查看您的订单、地址与消息"), ("user.self.change", "Change what you keep: name, addresses, settings", "修改您的姓名、地址与设置"),
           ("user.self.buy", "Buy for you: cart, orders, payments, receipts", "代您购物、下单、付款与收货"), ("user.self.speak", "Write in your name: messages and reviews", "以您的名义发消息与评价"))  # fmt: skip
    shop = (
        ("trade.order.read", "See the shop's orders", "查看店铺的订单"),
        ("trade.order.ship", "Mark orders as shipped", "将订单标记为已发货"),
        ("inventory.stock.adjust", "Correct and set stock", "调整和设定库存"),
    )
    return TokenPage(
        chrome=chrome(t, section="account", path="/bazaar/account/security/tokens"), tabs=rooms(t, 1), back=Link(label=t("Security", "安全"), url="/bazaar/account/security"),
        scopes=(
            ScopeGroup(prefix="own", title=t("For you", "个人"), choices=tuple(Choice(value=scope, label=t(*said), checked=scope.endswith("read")) for scope, *said in own)),
            ScopeGroup(prefix="kiln", title=t("Moon Kiln", "月窑"), choices=tuple(Choice(value=scope, label=t(*said), checked=scope.endswith("ship")) for scope, *said in shop)),
            ScopeGroup(prefix="reed", title=t("Reed & Paper", "苇纸"), choices=tuple(Choice(value=scope, label=t(*said)) for scope, *said in shop[:1])),
        ),
        days=tuple(Choice(value=str(days), label=t(f"{days} days", f"{days} 天"), checked=days == 90) for days in (30, 90, 365, 730)), post_url="/bazaar/account/security/tokens",
        form=Form(errors={"label": t("Please fill this in", "请填写")}),
    )  # fmt: skip


def token_made(t: Words) -> TokenPage:
    return msgspec.structs.replace(token(t), secret="hansa_api_gB3Qx2v1c0rN7uYpZk4sWm8dTq6fLh9e", form=Form())


def privacy(t: Words) -> PrivacyPage:
    def say(word: str, icon: str = "") -> Action:
        return Action(label=word, url="/bazaar/account/privacy/consents", icon=icon)

    return PrivacyPage(
        chrome=chrome(t, section="account", path="/bazaar/account/privacy"), tabs=rooms(t, 2), email="lin@demo.hansa", days=14,
        consents=(
            ConsentRow(purpose="terms", text=t("The terms of use of Bazaar, as of 1 November.", "巷集使用条款，11 月 1 日版。"), given=True, required=True, said_at=NOW - timedelta(days=20), actions=(say(t("Withdraw", "撤回")),)),
            ConsentRow(purpose="marketing", text=t("Now and then a letter about new makers and offers, at most two a month.", "偶尔收到新手艺人与优惠的来信，每月最多两封。"), given=False, actions=(say(t("I agree", "同意"), "check"), say(t("No, thank you", "不用了，谢谢")))),
            ConsentRow(purpose="research", text=t("What you look at helps to arrange the goods, without your name.", "您的浏览会在隐去姓名后用于改进商品排列。"), given=False, outdated=True, said_at=NOW - timedelta(days=200), actions=(say(t("I agree", "同意"), "check"),)),
        ),
        order_export=Action(label=t("Put it together", "生成文件"), url="/bazaar/account/privacy/export", icon="archive"),
        download=Action(label=t("Download", "下载"), url="/bazaar/account/privacy/download", method="get", icon="file-text", primary=True),
        export="ready", export_at=NOW - timedelta(minutes=4), export_until=NOW + timedelta(days=7),
        erase_url="/bazaar/account/privacy/erase", stay=Action(label=t("Keep my account", "保留账户"), url="/bazaar/account/privacy/stay", primary=True),
        form=Form(values={"email": "lin@"}, errors={"email": t("This is not your address", "这不是您的邮箱")}),
    )  # fmt: skip


def privacy_leaving(t: Words) -> PrivacyPage:
    return msgspec.structs.replace(
        privacy(t), consents=(), export="waiting", download=None, erase_at=NOW + timedelta(days=13), form=Form(),
        waits_for=t("Your orders that are still under way come to their end first.", "先等您进行中的订单结束。"),
    )  # fmt: skip


def privacy_of_guest(t: Words) -> PrivacyPage:
    return PrivacyPage(
        chrome=chrome(t, path="/bazaar/account/privacy", person="", held=True), tabs=(), email="", days=14, guest_days=90,
        order_export=Action(label=t("Put it together", "生成文件"), url="/bazaar/account/privacy/export", icon="archive"),
        erase_url="/bazaar/account/privacy/erase", stay=Action(label=t("Keep everything", "保留全部"), url="/bazaar/account/privacy/stay", primary=True),
    )  # fmt: skip


def telling(t: Words) -> TellingPage:
    both = (
        Choice(value="in_app", label=t("Here", "站内")),
        Choice(value="email", label=t("By e-mail", "邮件")),
    )

    def row(topic: str, title: str, *, mail: bool, fixed: bool = False, app_only: bool = False) -> TopicRow:
        here, by_mail = both
        choices = (
            msgspec.structs.replace(here, checked=True, fixed=app_only),
            *(() if app_only else (msgspec.structs.replace(by_mail, checked=mail, fixed=fixed),)),
        )
        return TopicRow(topic=topic, title=title, choices=choices)

    return TellingPage(
        chrome=chrome(t, section="account", path="/bazaar/account/messages"), tabs=rooms(t, 3), channels=both, post_url="/bazaar/account/messages",
        topics=(
            row("orders", t("Your orders", "我的订单"), mail=True), row("conversations", t("Conversations with buyers and sellers", "买家与卖家的聊天"), mail=False),
            row("account", t("Your account and its safety", "账户与安全"), mail=True, fixed=True), row("mail_standing", t("When mail does not reach you", "邮件无法送达的提醒"), mail=False, app_only=True),
            row("other", t("Everything else", "其他消息"), mail=True),
        ),
        quiet_url="/bazaar/account/messages/quiet", quiet=True, starts="22:00", ends="07:30",
        zones=(Choice(value="Asia/Shanghai", label=t("Shanghai · 16:20", "上海 · 16:20"), checked=True), Choice(value="Europe/Berlin", label=t("Berlin · 09:20", "柏林 · 09:20"))),
        drop_quiet=Action(label=t("Mail at any hour", "任何时间都可发邮件"), url="/bazaar/account/messages/quiet/drop"), mail_returned="lin@demo.hansa",
    )  # fmt: skip


def inbox(t: Words) -> InboxPage:
    return InboxPage(
        chrome=chrome(t, section="inbox", path="/bazaar/inbox", unread=2), tabs=mail_rooms(t, 0), settings=Link(label=t("What you are told", "消息设置"), url="/bazaar/account/messages", icon="settings"),
        read_all=Action(label=t("I have read these", "标为已读"), url="/bazaar/inbox/read", icon="check", fields=(("ids", "ntf_1 ntf_2"),)),
        items=(
            InboxItem(id="ntf_1", subject=t("Your order is on its way", "您的订单已发货"), text=t("青禾茶器 handed it over today. Confirm once it is there; only then the seller is paid.", "青禾茶器今天已交付快递。收到后请确认，货款才会付给卖家。"), at=NOW - timedelta(minutes=32), unread=True, icon="package", url="/bazaar/orders"),
            InboxItem(id="ntf_2", subject=t("景德小窑 answered", "景德小窑回复了您"), text=t("You find it under Conversations.", "请在“对话”中查看。"), at=NOW - timedelta(hours=5), unread=True, icon="message-square", url="/bazaar/conversations"),
            InboxItem(id="ntf_3", subject=t("A passkey was added to your account", "您的账户添加了一个通行密钥"), text=t("If that was not you, change your password and remove it under Security.", "如果不是您本人操作，请在“安全”中修改密码并删除它。"), at=NOW - timedelta(days=2), unread=False, icon="shield-check", url="/bazaar/account/security"),
        ), pager=Pager(shown=3, next_url="/bazaar/inbox?after=c3"),
    )  # fmt: skip


def inbox_empty(t: Words) -> InboxPage:
    return msgspec.structs.replace(
        inbox(t), chrome=chrome(t, section="inbox"), items=(), read_all=None, pager=Pager(shown=0)
    )


def talks(t: Words) -> TalksPage:
    return TalksPage(
        chrome=chrome(t, section="inbox", path="/bazaar/conversations", unread=2), tabs=mail_rooms(t, 1), pager=Pager(shown=3),
        talks=(
            Talk(url="/bazaar/conversations/1", shop="景德小窑", about=t("Noodle bowl with chopsticks", "青花面碗 · 附筷"), at=NOW - timedelta(minutes=12), unread=2),
            Talk(url="/bazaar/conversations/2", shop="莱阳果园", about=t("Order …7f3e91", "订单 …7f3e91"), at=NOW - timedelta(days=1)),
            Talk(url="/bazaar/conversations/3", shop="North Loom", about=t("Long wool scarf, deep sea", "长绒羊毛围巾 深海蓝"), at=NOW - timedelta(days=30), state="closed"),
        ),
    )  # fmt: skip


def talks_none(t: Words) -> TalksPage:
    return msgspec.structs.replace(talks(t), talks=())


def talk(t: Words) -> TalkPage:
    return TalkPage(
        chrome=chrome(t, section="inbox", path="/bazaar/conversations/1"), crumbs=(Link(label=t("Conversations", "对话"), url="/bazaar/conversations"), Link(label="景德小窑", url="", current=True)),
        shop=Link(label="景德小窑", url="/bazaar/?shop=2"), about=Link(label=t("Noodle bowl with chopsticks", "青花面碗 · 附筷"), url="/bazaar/products/prd_4"), picture=Picture(art="bowl", wall="sky"), post_url="/bazaar/conversations/1", earlier_url="?before=c1", seen=4, uploads_max=9,
        said=(
            Said(number=1, by=t("You", "您"), at=NOW - timedelta(hours=26), own=True, text=t("Can the bowl go into a dishwasher?", "请问这个碗可以放洗碗机吗？")),
            Said(number=2, by="景德小窑", at=NOW - timedelta(hours=25), own=False, text=t("Yes, the blue is under the glaze.\nThe chopsticks should not.", "可以，青花在釉下。\n筷子就不要放了。")),
            Said(number=3, by="景德小窑", at=NOW - timedelta(hours=24), own=False, text="", gone=t("This message was taken down.", "此消息已被移除。")),
            Said(number=4, by=t("You", "您"), at=NOW - timedelta(minutes=12), own=True, text=t("Thank you! Then I take four.", "谢谢！那我要四个。")),
        ),
        actions=(Action(label=t("Close", "结束对话"), url="/bazaar/conversations/1/move", icon="archive"), Action(label=t("Block", "屏蔽"), url="/bazaar/conversations/1/move", icon="ban")),
        report_url="/bazaar/conversations/1/report", reasons=(Choice(value="abuse", label=t("Insults or threats", "辱骂或威胁")), Choice(value="off_platform", label=t("Asked me to pay or deal elsewhere", "要求我在别处付款或交易"))),
        report_form=Form(errors={"reason": t("Please say what is wrong", "请选择原因")}),
    )  # fmt: skip


def talk_new(t: Words) -> TalkPage:
    return msgspec.structs.replace(
        talk(t),
        said=(),
        earlier_url="",
        actions=(),
        report_url="",
        report_form=Form(),
        form=Form(errors={"text": t("Please write something", "请写点什么")}),
    )


def talk_closed(t: Words) -> TalkPage:
    return msgspec.structs.replace(
        talk(t), closed_because=t("This conversation is closed. Open it again to write.", "对话已结束，重新打开即可继续。"), report_form=Form(),
        actions=(Action(label=t("Open again", "重新打开"), url="/bazaar/conversations/1/move", icon="rotate-ccw"),),
    )  # fmt: skip


def unsubscribe(t: Words) -> UnsubscribePage:
    return UnsubscribePage(
        chrome=chrome(t, section="account", person=""), topic=t("Your orders", "我的订单"), end=Action(label=t("No more of this", "不再接收"), url="/bazaar/unsubscribe/x", primary=True),
        settings=Link(label=t("Choose what you are told", "选择接收的消息"), url="/bazaar/account/messages"),
    )  # fmt: skip


def unsubscribed(t: Words) -> UnsubscribePage:
    return msgspec.structs.replace(unsubscribe(t), done=True)


def unsubscribe_fixed(t: Words) -> UnsubscribePage:
    return msgspec.structs.replace(unsubscribe(t), fixed=True)


ACCOUNT = (
    confirm, confirm_elsewhere, leave, authorize, authorize_unchosen, authorize_nowhere, sent_back, security, token, token_made, privacy, privacy_leaving, privacy_of_guest, telling, inbox, inbox_empty, talks, talks_none,
    talk, talk_new, talk_closed, unsubscribe, unsubscribed, unsubscribe_fixed,
)  # fmt: skip
