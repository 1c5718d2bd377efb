"""Addresses."""

app_name = "accueil"
urlpatterns = []
