"""The builders of the demonstration, used by `seed_demo` and by the tests alike.

They need the extra `demonstration` (Faker, factory-boy), which production does not install.
"""
