"""``python -m api_gateway`` serves the gateway."""

from api_gateway.app import create_app
from core.web.serving import serve

if __name__ == "__main__":
    application = create_app()
    settings = application.state.door.settings
    serve(application, host=settings.host, port=settings.gateway_port)
