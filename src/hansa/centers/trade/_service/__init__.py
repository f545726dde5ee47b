"""The use cases of trade: quoting, placing, paying, moving, reading, and the cart."""
