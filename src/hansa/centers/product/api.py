"""What other centers and faces may ask of products; `CHECK_OFFERS` takes part in lanes, `IMPORT_JOB` does imports."""

from hansa.centers.product._rules.fields import facets
from hansa.centers.product._rules.prices import amount_errors, measured_price
from hansa.centers.product._rules.products import gtin_valid, options_text
from hansa.centers.product._service.categories import (
    add_category,
    custom_schema,
    set_attributes,
    set_custom_fields,
    template,
)
from hansa.centers.product._service.changes import (
    archive_product,
    change,
    changes_of_product,
    decide_change,
    edit_product,
    product_history,
    publish_product,
    redraft_product,
    waiting_changes,
    withdraw_change,
)
from hansa.centers.product._service.exporting import Exported, export_products
from hansa.centers.product._service.importing import JOB as IMPORT_JOB
from hansa.centers.product._service.importing import (
    add_part,
    bad_rows,
    begin_import,
    cancel_import,
    import_,
    import_staged,
    imports,
    start_import,
)
from hansa.centers.product._service.listing import list_products
from hansa.centers.product._service.media import (
    add_picture,
    describe_picture,
    picture,
    picture_bytes,
    pictures,
    remove_picture,
)
from hansa.centers.product._service.offers import (
    CHECK_OFFERS,
    make_offer,
    offers,
    set_price,
    withdraw_offer,
)
from hansa.centers.product._service.prices import (
    change_price_list,
    clear_price_list,
    create_price_list,
    drop_prices,
    price_list,
    price_lists,
    prices_of_list,
    set_prices,
)
from hansa.centers.product._service.products import (
    create_product,
    product,
    products_of_shop,
    skus,
    skus_by_code,
    skus_by_gtin,
    variants,
)
from hansa.centers.product._service.reading import catalogued_in, product_ids_after
from hansa.centers.product._service.snapshots import tree_of as categories

__all__ = [
    "CHECK_OFFERS",
    "IMPORT_JOB",
    "Exported",
    "add_category",
    "add_part",
    "add_picture",
    "amount_errors",
    "archive_product",
    "bad_rows",
    "begin_import",
    "cancel_import",
    "catalogued_in",
    "categories",
    "change",
    "change_price_list",
    "changes_of_product",
    "clear_price_list",
    "create_price_list",
    "create_product",
    "custom_schema",
    "decide_change",
    "describe_picture",
    "drop_prices",
    "edit_product",
    "export_products",
    "facets",
    "gtin_valid",
    "import_",
    "import_staged",
    "imports",
    "list_products",
    "make_offer",
    "measured_price",
    "offers",
    "options_text",
    "picture",
    "picture_bytes",
    "pictures",
    "price_list",
    "price_lists",
    "prices_of_list",
    "product",
    "product_history",
    "product_ids_after",
    "products_of_shop",
    "publish_product",
    "redraft_product",
    "remove_picture",
    "set_attributes",
    "set_custom_fields",
    "set_price",
    "set_prices",
    "skus",
    "skus_by_code",
    "skus_by_gtin",
    "start_import",
    "template",
    "variants",
    "waiting_changes",
    "withdraw_change",
    "withdraw_offer",
]
