/** Who is it? Of oneself, and of the bearer of a token. */
import { isObject, type JsonObject } from '#objects/index.ts';
import { API_AUDIENCES } from '../accounts/account-tokens.ts';
import { badRequest } from '../http/api-error.ts';
import type { User } from '../http/exchange.ts';
import type { Answer } from './serve-review.ts';

/** `kubectl auth whoami`. */
export const reviewSelf: Answer = (_, { user }) => ({ userInfo: userInfo(user) });

export const reviewToken: Answer = ({ tokens }, _, { spec }) => {
  const { token, audiences } = isObject(spec) ? spec : {};
  if (typeof token !== 'string' || token === '')
    throw badRequest('token is required for TokenReview in authentication');
  const wanted = Array.isArray(audiences) && audiences.length > 0 ? audiences.map(String) : API_AUDIENCES;
  const checked = tokens.check(token, wanted);
  if ('problem' in checked) return { user: {}, error: checked.problem };
  return { authenticated: true, user: userInfo(checked.user), audiences: checked.audiences };
};

function userInfo({ name, uid, groups, extra }: User): JsonObject {
  return { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) };
}
