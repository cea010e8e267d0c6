"""The types of the page's modules, which TypeScript reads from their JSDoc."""
