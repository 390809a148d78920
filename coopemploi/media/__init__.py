"""Pictures and documents sent to the site: checked by their content, served apart."""
