/**
 * Severities as PostgreSQL translates them. FATAL and PANIC end a session, and a refusal is a FATAL. All
 * other severities are about SQL, which clients choose: a client may raise any sentence and any SQLSTATE as
 * an ERROR, but none as a FATAL.
 */
const LESSER: readonly string[] = [
  ...['DEBUG', 'LOG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'STATEMENT', 'DETAIL', 'HINT', 'CONTEXT'],
  ...['QUERY', 'LOCATION', 'BACKTRACE'],
  ...['HINWEIS', 'WARNUNG', 'FEHLER', 'TIPP', 'ANFRAGE', 'ZUSAMMENHANG', 'ANWEISUNG', 'ORT'],
  ...['DETALLE', 'CONSULTA', 'CONTEXTO', 'SENTENCIA', 'UBICACIÓN', 'SUGERENCIA'],
  ...[
    'ATTENTION',
    'ERREUR',
    'DÉTAIL',
    'ASTUCE',
    'REQUÊTE',
    'CONTEXTE',
    'INSTRUCTION',
    'EMPLACEMENT',
    'APPEL',
  ],
  ...['NOTIFICA', 'ATTENZIONE', 'ERRORE', 'DETTAGLI', 'SUGGERIMENTO', 'CONTESTO', 'ISTRUZIONE', 'POSIZIONE'],
  ...['NOTA', 'AVISO', 'ERRO', 'DETALHE', 'DICA', 'COMANDO', 'LOCAL'],
  ...['詳細', 'ヒント', '問い合わせ', '文脈', '文', '場所', 'バックトレース'],
  ...[
    'გამართვა',
    'ჟურნალი',
    'ინფორმაცია',
    'გაფრთხილება',
    'შეცდომა',
    'დეტალები',
    'მინიშნება',
    'მოთხოვნა',
    'კონტექსტი',
  ],
  ...['ოპერატორი', 'მდებარეობა', 'სტეკი'],
  ...[
    '디버그',
    '로그',
    '정보',
    '알림',
    '경고',
    '오류',
    '상세정보',
    '힌트',
    '쿼리',
    '내용',
    '구문',
    '위치',
    '역추적',
  ],
  ...[
    'ОТЛАДКА',
    'СООБЩЕНИЕ',
    'ИНФОРМАЦИЯ',
    'ЗАМЕЧАНИЕ',
    'ПРЕДУПРЕЖДЕНИЕ',
    'ОШИБКА',
    'ПОДРОБНОСТИ',
    'ПОДСКАЗКА',
  ],
  ...['ЗАПРОС', 'КОНТЕКСТ', 'ОПЕРАТОР', 'ПОЛОЖЕНИЕ', 'СТЕК'],
  ...['LOGG', 'NOTIS', 'VARNING', 'FEL', 'DETALJ', 'TIPS', 'FRÅGA', 'KONTEXT', 'SATS', 'PLATS'],
  ...['НАЛАГОДЖЕННЯ', 'ЗАПИСУВАННЯ', 'ІНФОРМАЦІЯ', 'ПОВІДОМЛЕННЯ', 'ПОПЕРЕДЖЕННЯ', 'ПОМИЛКА', 'ВІДОМОСТІ'],
  ...['УКАЗІВКА', 'ЗАПИТ', 'ІНСТРУКЦІЯ', 'РОЗТАШУВАННЯ', 'ВІДСТЕЖУВАТИ'],
  ...['BŁĄD', 'OSTRZEŻENIE', 'UWAGA', 'CHYBA', 'VAROVÁNÍ', 'HATA', 'UYARI', 'BİLGİ'],
  ...['调试', '日志', '信息', '注意', '警告', '错误', '详细信息', '提示', '查询', '上下文', '语句', '位置'],
];
/** Chinese translates PANIC as "more fatal than a fatal error". Both words end like its word for ERROR. */
const MOST_SEVERE: readonly string[] = [
  'FATAL',
  'PANIC',
  'ÖLÜMCÜL (FATAL)',
  '致命错误',
  '比致命错误还过分的错误',
  '치명적오류',
];

/**
 * - `fatal`: it ends a session.
 * - `lesser`: it does not.
 * - `unknown`: a word of a language that is not listed.
 */
export type LineSeverity = 'fatal' | 'lesser' | 'unknown';

/** Only the end of the word counts, because a prefix such as `%q%a` may end without a space. */
export function lineSeverityOf(word: string): LineSeverity {
  if (MOST_SEVERE.some((known) => word.endsWith(known))) return 'fatal';
  return LESSER.some((known) => word.endsWith(known)) ? 'lesser' : 'unknown';
}

/** Words that loggers write as well, with several spaces behind them. */
const OF_LOGGERS: readonly string[] = ['DEBUG', 'INFO', 'ERROR'];

/** Whether only servers write this word before a text: STATEMENT, DETAIL and such, and words of other languages. */
export function isOfServersAlone(word: string): boolean {
  return LESSER.includes(word) && !OF_LOGGERS.includes(word);
}
