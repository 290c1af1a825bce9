/** All pages of tasks, by a function that requests one page, for libraries without a cache. */
export async function allPages(request) {
  const found = [];
  let after = null;
  for (;;) {
    const { tasks } = await request({ first: 2, after });
    found.push(...tasks.edges.map(({ node }) => node.a));
    if (!tasks.pageInfo.hasNextPage) return found;
    after = tasks.pageInfo.endCursor;
  }
}
