import { defineScript, type Script } from "./script.ts";
import { clock } from "./time.ts";

/**
 * Arguments: who watches, for how many milliseconds to publish changes of the workflow (0: stop), and 1 for a renewal,
 * which does nothing if there is nothing to watch. Uses the server's own time, whatever a test adds to it.
 */
const body = `
local watched, span = base .. 'v', tonumber(ARGV[12])
if span == 0 then
  redis.call('HDEL', watched, ARGV[11])
elseif ARGV[13] == '' or redis.call('EXISTS', watched, base .. 'w') > 0 then
  redis.call('HSET', watched, ARGV[11], '1')
  redis.call('PEXPIREAT', watched, string.format('%.0f', clock + span))
end
return { clock, 'OK' }
`;

export const watch: Script = defineScript("watchWorkflow", clock, body);
