"""Whom a request says it was sent to, and who passed it on: what is believed of its headers."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from web.settings import Settings


def register_hosts(app: Flask, settings: Settings) -> None:
    """Refuse other hosts than those of the settings; see through the proxies that stand in front.

    Of a proxy, the address of its client and the scheme are believed, and no more: a host or a
    path that it forwards may be the client's own words. Without proxies, no `X-Forwarded-` header
    means anything.
    """
    if settings.hosts:
        app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies
        )
