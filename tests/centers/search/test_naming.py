"""What facets are called: sellers name their options, so no single one of them names a facet for all."""

import pytest

from centers.searching import made_up
from hansa.centers.product import api as product
from hansa.centers.product.types import Field, FieldKind, NewSku, Option, OptionValue, ProductEdit
from hansa.kernel.money import Money


@pytest.fixture
def named(house, library):
    """What the sellers of one made-up option call it, and what it is called in the end."""

    class Naming:
        code = "o" + made_up()
        word = made_up()

        async def said(self, seller, names, value=None):
            option = Option(self.code, names, (OptionValue("v", value or {"en": "V"}),))
            page = await product.create_product(
                house.system,
                shop_id=seller.shop_id,
                titles={"en": self.word},
                skus=[NewSku(values={self.code: "v"}, price=Money(100, "CNY"))],
                options=[option],
            )
            await house.deliver()
            return page.product

        async def facet(self):
            facets = (await library.find(self.word, with_facets=True)).facets
            return next(one for one in facets.fields if one.field == f"option.{self.code}")

        async def names(self):
            return (await self.facet()).names

    return Naming()


async def test_one_seller_does_not_rename_what_others_called_before(house, named):
    first, second, third = [await house.seller() for _ in range(3)]
    await named.said(first, {"en": "Glaze", "zh": "釉色"}, {"en": "Moss"})
    for _ in range(3):  # however many goods it has
        await named.said(second, {"en": "CALL 555", "zh": "加微信"}, {"en": "CALL 555"})

    assert await named.names() == {"en": "Glaze", "zh": "釉色"}
    assert (await named.facet()).values[0].names == {"en": "Moss"}
    await named.said(third, {"en": "Glaze"}, {"en": "Moss"})
    await named.said(second, {"en": "Call us"})

    assert await named.names() == {"en": "Glaze", "zh": "釉色"}


async def test_what_most_shops_say_is_what_it_is_called_in_each_language(house, named):
    sellers = [await house.seller() for _ in range(4)]
    await named.said(sellers[0], {"en": "Colour", "zh": "颜色"})
    await named.said(sellers[1], {"en": "Glaze"})
    assert await named.names() == {"en": "Colour", "zh": "颜色"}

    await named.said(sellers[2], {"en": "Glaze", "zh": "颜色"})

    assert await named.names() == {"en": "Glaze", "zh": "颜色"}
    await named.said(sellers[3], {"de": "Glasur"})
    assert await named.names() == {"en": "Glaze", "zh": "颜色", "de": "Glasur"}


async def test_who_changes_its_mind_has_one_voice_still(house, named):
    seller, other = await house.seller(), await house.seller()
    await named.said(seller, {"en": "Glaze"})
    await named.said(seller, {"en": "Glazing"})
    assert await named.names() == {"en": "Glazing"}

    await named.said(other, {"en": "Glaze"})

    assert await named.names() == {"en": "Glazing"}


async def test_what_a_template_says_is_the_business_s_word(house, library):
    word, code = made_up(), "m" + made_up()

    def template(names):
        tin = OptionValue("tin", {"en": "Tin"})
        return Field(code=code, names=names, kind=FieldKind.CHOICE, facet=True, choices=(tin,))

    category = await product.add_category(house.system, slug=f"s{made_up()}", names={"en": "Things"})
    await product.set_attributes(house.system, category_id=category.id, attributes=[template({"en": "Old"})])
    page = await library.put(word, category_id=category.id, attributes={code: "tin"})
    await product.set_attributes(
        house.system, category_id=category.id, attributes=[template({"en": "Material"})]
    )
    await product.edit_product(
        house.system,
        product_id=page.product.id,
        edit=ProductEdit(titles={"en": f"{word} again"}),
        seen_version=page.product.version,
    )
    await house.deliver()

    facets = (await library.find(word, with_facets=True)).facets

    assert [one.names for one in facets.fields if one.field == f"attribute.{code}"] == [{"en": "Material"}]


async def test_the_sandbox_names_nothing_of_the_live_shelves(house, named):
    await named.said(await house.seller(), {"en": "Glaze"})
    async with house.platform.db.transaction() as tx:
        rows = await tx.raw.fetch(
            "SELECT DISTINCT traffic FROM search.label WHERE field = $1", f"option.{named.code}"
        )

    assert [row["traffic"] for row in rows] == ["sandbox"]
