// What an object uses of a quota is measured in machinery, for the quota controller too.
export { missingRequests, quotaApplies, type Usage, usageOf } from '../../machinery/quota-usage.ts';
