<?php
// A form, and its post prints: for a PHP server in the shop, on the daemon's machine or its network.
//     php -S 127.0.0.1:8000 print.php
// Only the form that this page gave out prints: not another site's (Origin, token), nor one led here by a name (Host).
declare(strict_types=1);

const PRINTED = ['confirmed', 'sent', 'spooled'];
const PASSING = ['queue_full', 'rate_limited', 'shutting_down'];

/** One request: status (0 where nobody answers) and the decoded answer. */
function ask(string $method, string $path, ?array $body = null): array
{
    $headers = ['Content-Type: application/json'];
    if ($token = getenv('TICKET_DAEMON_TOKEN')) {
        $headers[] = "Authorization: Bearer $token";
    }
    $options = ['method' => $method, 'header' => $headers, 'timeout' => 10, 'ignore_errors' => true];
    if ($body !== null) {
        $options['content'] = json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
    }
    $url = (getenv('TICKET_DAEMON_URL') ?: 'http://127.0.0.1:8766') . $path;
    $answer = @file_get_contents($url, false, stream_context_create(['http' => $options]));
    if ($answer === false) {
        return [0, ['mensaje' => "No hay ningún Ticket Daemon en $url"]];
    }
    preg_match('/ (\d{3})/', $http_response_header[0], $status);
    return [(int) $status[1], json_decode($answer, true)];
}

/** Print, and wait for the outcome: the job, or the error, as the daemon tells it. The same id prints once. */
function print_ticket(string $id, array $document, int $seconds = 30): array
{
    $until = time() + $seconds;
    do {
        [$status, $answer] = ask('POST', '/api/v1/jobs', ['id' => $id, 'datos' => $document, 'ttl_s' => 300]);
        if ($status === 200 || $status === 202) {
            break;
        }
        if ($status !== 0 && !in_array($answer['code'], PASSING, true)) {
            return $answer;
        }
        sleep($answer['retry_after_s'] ?? 1);
    } while (time() < $until);
    while (($status === 200 || $status === 202) && time() < $until) {
        [$status, $answer] = ask('GET', '/api/v1/jobs/' . rawurlencode($id));
        if ($status === 200 && !in_array($answer['state'], ['queued', 'printing'], true)) {
            break;
        }
        usleep(100_000);
    }
    return $answer;
}

/** Whether the post comes from the form that this page gave to this browser. */
function is_own_form(): bool
{
    $origin = $_SERVER['HTTP_ORIGIN'] ?? null;
    $own = (empty($_SERVER['HTTPS']) ? 'http://' : 'https://') . $_SERVER['HTTP_HOST'];
    $given = $_POST['token'] ?? '';
    return ($origin === null || $origin === $own) && is_string($given) && hash_equals($_SESSION['token'], $given);
}

// The names under which this page is reached; of every other one it knows nothing.
$hosts = explode(',', getenv('CAJA_HOSTS') ?: '127.0.0.1:8000,localhost:8000');
if (!in_array($_SERVER['HTTP_HOST'] ?? '', $hosts, true)) {
    http_response_code(421);
    exit("Host?\n");
}
session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Strict', 'use_strict_mode' => true]);
$_SESSION['token'] ??= bin2hex(random_bytes(32));
$said = '';
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if (!is_own_form()) {
        http_response_code(403);
        exit("Abra esta página y use su formulario.\n");
    }
    $outcome = print_ticket($_POST['id'], [
        'version' => '1.0',
        'profile' => ['model' => 'Generic 80mm'],
        'commands' => [
            ['type' => 'text', 'data' => ['content' => ['text' => $_POST['text'], 'align' => 'center']]],
            ['type' => 'cut', 'data' => (object) []],
        ],
    ]);
    $said = (in_array($outcome['state'] ?? '', PRINTED, true) ? '✓ ' : '✗ ') . $outcome['mensaje'];
}
?>
<!doctype html>
<meta charset="utf-8">
<title>Caja</title>
<form method="post">
  <!-- the sale's number: sending the form twice prints once -->
  <input type="hidden" name="id" value="<?= htmlspecialchars($_POST['id'] ?? bin2hex(random_bytes(16))) ?>">
  <input type="hidden" name="token" value="<?= $_SESSION['token'] ?>">
  <input name="text" value="CAFÉ LA NUBE">
  <button>Imprimir</button>
</form>
<p><?= htmlspecialchars($said) ?></p>
