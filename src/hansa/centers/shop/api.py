"""What other centers and faces may ask of shops."""

from hansa.centers.shop._service import (
    add_staff,
    list_shops,
    list_staff,
    open_shop,
    remove_staff,
    rename_shop,
    require_shop,
    set_status,
    shop_by_slug,
    shops,
)

__all__ = [
    "add_staff",
    "list_shops",
    "list_staff",
    "open_shop",
    "remove_staff",
    "rename_shop",
    "require_shop",
    "set_status",
    "shop_by_slug",
    "shops",
]
