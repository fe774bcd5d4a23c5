"""The numbers behind every price: changed with a look at what would follow; and what slowness has cost."""
