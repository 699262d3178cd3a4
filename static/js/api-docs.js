// Shows the OpenAPI description; a file of its own because the content security policy allows no inline script.
const target = document.getElementById("swagger-ui");
SwaggerUIBundle({ url: target.dataset.schema, domNode: target, deepLinking: true, validatorUrl: null });
