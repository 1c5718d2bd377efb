"""Addresses."""
app_name = "parcours"
urlpatterns = []
