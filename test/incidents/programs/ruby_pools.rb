# A pool of Sequel or of ActiveRecord, which goes by the server's clock. Each line of input is a request, answered by "ok":
# how many connections to borrow at once, each by a thread of its own, use, and give back.
kind, size, lifetime = ARGV[0], Integer(ARGV[1]), Integer(ARGV[2])
login = { host: ENV['PGHOST'], port: Integer(ENV['PGPORT']), database: 'postgres' }

if kind == 'sequel'
  require 'sequel'
  database = Sequel.connect({ adapter: 'postgres', user: ENV['PGUSER'], max_connections: size, pool_timeout: 30 }.merge(login))
  if lifetime.positive?
    database.extension :connection_expiration
    database.pool.connection_expiration_timeout = lifetime
  end
  lend = lambda do |work|
    database.synchronize do
      database['SELECT count(*) FROM pg_class'].all
      work.call
    end
  end
else
  require 'active_record'
  ActiveRecord::Base.establish_connection(
    { adapter: 'postgresql', username: ENV['PGUSER'], pool: size, idle_timeout: lifetime, checkout_timeout: 30 }.merge(login)
  )
  lend = lambda do |work|
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.select_value('SELECT count(*) FROM pg_class')
      work.call
    end
  end
end

$stdout.sync = true
while (request = $stdin.gets)
  count = Integer(request)
  there = Queue.new
  go = Queue.new
  threads = Array.new(count) { Thread.new { lend.call(-> { there << true; go.pop }) } }
  count.times { there.pop }
  count.times { go << true }
  threads.each(&:join)
  puts 'ok'
end
