"""The coordinators' pages: sign-in and frame (`gate`, `frame`), then one module or package per page group."""
