"""Who there is: areas, tenants, legal entities, households, members, shares, and who may act for whom."""
