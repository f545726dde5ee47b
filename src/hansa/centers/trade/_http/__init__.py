"""Trade's routes: quotes, orders, payment of checkouts, and the cart."""

from hansa.centers.trade._http.carts import get_cart, put_cart_line
from hansa.centers.trade._http.orders import (
    cancel_checkout,
    get_history,
    get_order,
    list_orders,
    list_shop_orders,
    receive_order,
    ship_order,
)
from hansa.centers.trade._http.placing import create_quote, pay_payment, place_order

ROUTES = (
    get_cart,
    put_cart_line,
    create_quote,
    place_order,
    pay_payment,
    list_orders,
    get_order,
    get_history,
    receive_order,
    ship_order,
    cancel_checkout,
    list_shop_orders,
)
