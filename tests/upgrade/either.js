export default {
  fetch: (request, env) => (Math.random() < 0.5 ? env.OWNER : env.GUEST).fetch(request),
};
