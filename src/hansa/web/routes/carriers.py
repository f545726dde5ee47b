"""Carriers as people write them: what a seller is offered to choose from, and where a parcel's way can be followed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

from hansa.centers.trade.types import Parcel

_KUAIDI = "https://www.kuaidi100.com/chaxun?com={code}&nu={number}"
# Names and short names of a carrier, the first of which is offered; and where it tells of a parcel.
_CARRIERS = (
    (("顺丰速运", "顺丰", "sf express", "sf"), _KUAIDI.replace("{code}", "shunfeng")),
    (("中通快递", "中通", "zto express", "zto"), _KUAIDI.replace("{code}", "zhongtong")),
    (("圆通速递", "圆通", "yto express", "yto"), _KUAIDI.replace("{code}", "yuantong")),
    (("申通快递", "申通", "sto express", "sto"), _KUAIDI.replace("{code}", "shentong")),
    (("韵达快递", "韵达", "yunda express", "yunda"), _KUAIDI.replace("{code}", "yunda")),
    (("京东物流", "京东", "jd logistics", "jd"), _KUAIDI.replace("{code}", "jd")),
    (("EMS", "中国邮政", "邮政", "china post"), _KUAIDI.replace("{code}", "ems")),
    (("DHL", "dhl express"), "https://www.dhl.com/global-en/home/tracking.html?tracking-id={number}"),
    (("FedEx", "联邦快递"), "https://www.fedex.com/fedextrack/?trknbr={number}"),
    (("UPS",), "https://www.ups.com/track?tracknum={number}"),
)
_FOLLOWED: Mapping[str, str] = MappingProxyType(
    {name.casefold(): address for names, address in _CARRIERS for name in names}
)

OFFERED: tuple[str, ...] = tuple(names[0] for names, _address in _CARRIERS)
"""Carriers to choose from; another one is written as it is called."""


def where_followed(parcel: Parcel) -> str:
    """Return the address where a parcel's way can be followed; empty for a carrier that is not known here."""
    address = _FOLLOWED.get(" ".join(parcel.carrier.casefold().split()), "")
    return address.replace("{number}", quote(parcel.tracking, safe="")) if parcel.tracking else ""
