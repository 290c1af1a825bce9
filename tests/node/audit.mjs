// The audits of a GraphQL server over HTTP, as lines of JSON: node audit.mjs <url>
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2], fetchFn: fetch });
for (const { id, name, status, reason = '' } of results) {
  console.log(JSON.stringify({ id, name, status, reason }));
}
