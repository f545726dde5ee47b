"""Trade's routes: carts, quotes, drafts, orders, and the payment of checkouts."""

from hansa.centers.trade._http.carts import (
    get_cart,
    put_cart_line,
    put_cart_note,
    quote_cart,
    review_cart,
)
from hansa.centers.trade._http.changing import (
    list_notes,
    lower_price,
    redirect_order,
    remove_note,
    write_note,
)
from hansa.centers.trade._http.drafts import (
    accept_draft,
    get_draft,
    list_drafts,
    list_shop_drafts,
    make_draft,
    withdraw_draft,
)
from hansa.centers.trade._http.driving import ROUTES as DRIVING
from hansa.centers.trade._http.links import get_linked_order, receive_linked_order
from hansa.centers.trade._http.orders import (
    cancel_checkout,
    cancel_order,
    collect_order,
    extend_receipt,
    get_history,
    get_order,
    give_up_delivery,
    list_orders,
    list_shop_orders,
    receive_order,
    ship_order,
)
from hansa.centers.trade._http.placing import create_quote, pay_payment, place_order

ROUTES = (
    get_cart,
    review_cart,
    put_cart_line,
    put_cart_note,
    quote_cart,
    create_quote,
    place_order,
    pay_payment,
    list_orders,
    get_order,
    get_history,
    get_linked_order,
    receive_linked_order,
    list_notes,
    write_note,
    remove_note,
    redirect_order,
    lower_price,
    receive_order,
    ship_order,
    collect_order,
    give_up_delivery,
    extend_receipt,
    cancel_order,
    cancel_checkout,
    list_shop_orders,
    make_draft,
    list_shop_drafts,
    list_drafts,
    get_draft,
    accept_draft,
    withdraw_draft,
    *DRIVING,
)
