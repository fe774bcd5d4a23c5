"""People's own data: erasing somebody on request, and handing over everything that is kept of them."""
