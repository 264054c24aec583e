// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EquivocationDisputes} from "../../../contracts/disputes/equivocation/EquivocationDisputes.sol";
import {TestToken} from "../../../contracts/token/TestToken.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {MoodyToken} from "../support/HostileTokens.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/// Escrow and stake on a token that keeps a part, calls back, refuses accounts and answers `false` by turns, and that is a
/// client and a member itself. Three who have nothing to do with each other: client and executor, a bystander, the token.
contract Moods is Market {
    enum Owner {
        Traders,
        Bystander,
        Token
    }

    address private constant ELSEWHERE = address(0xFAFA);

    /// Set when something happened that never may.
    string public broken;
    /// How often a move worked and how often the token stopped it, by mood.
    mapping(MoodyToken.Mood mood => uint256) public done;
    mapping(MoodyToken.Mood mood => uint256) public stopped;

    MoodyToken private _moody;
    /// What each brought into the escrow and did not take out again. Not of the token: it moves its own in the middle of the
    /// others' transfers, too.
    mapping(Owner owner => uint256) private _brought;
    uint256 private _reasons;
    uint32 private _nonce;

    constructor() {
        vm.warp(START);
        (client, executor, stranger) = (vm.addr(CLIENT_KEY), vm.addr(EXECUTOR_KEY), vm.addr(STRANGER_KEY));
        _moody = new MoodyToken();
        token = TestToken(address(_moody));
        registry = deployRegistry(address(token), MINIMUM_EXECUTOR, UNBONDING);
        accounting = deployAccounting(address(token), address(registry), UNLOCK_DELAY);
        disputes = EquivocationDisputes(
            deploy("EquivocationDisputes.sol:EquivocationDisputes", abi.encode(accounting))
        );
        registry.wire(allJudges());
        give(executor, 1_000e6);
        vm.prank(executor);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", 1_000e6);
        joinAsToken();
        vm.warp(ENROLLED);
        for (uint256 i = 0; i < 4; ++i) deposited(accountAt(i), 50e6);
        vm.prank(client);
        accounting.allocate(executor, 10e6);
        vm.prank(address(_moody));
        accounting.allocate(executor, 10e6);
    }

    function joinAsToken() private {
        _moody.mint(address(_moody), 1_000_000e6);
        _moody.approveFor(address(accounting));
        _moody.approveFor(address(registry));
        vm.prank(address(_moody));
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", 1_000e6);
    }

    /* THE TOKEN */

    /// Calls back more often than it is in another mood: most calls come to nothing.
    function turn(uint256 mood) external {
        mood %= 8;
        _moody.turn(mood < 5 ? MoodyToken.Mood(mood) : MoodyToken.Mood.Calling);
    }

    function list(uint256 who, bool on) external {
        _moody.list(accountAt(who), on);
    }

    /// What the token does in the middle of its next transfer: as client, as executor, as member, as whoever settles.
    function arm(uint256 what, uint256 amount) external {
        amount = bound(amount, 1, 5e6);
        address here = address(_moody);
        address target = what % 12 < 8 ? address(accounting) : address(registry);
        bytes[12] memory calls = [
            abi.encodeCall(accounting.deposit, (amount)),
            abi.encodeCall(accounting.withdraw, (here, amount)),
            abi.encodeCall(accounting.withdrawEarnings, (here)),
            abi.encodeCall(accounting.allocate, (executor, amount)),
            abi.encodeCall(accounting.requestUnlock, (executor, amount)),
            abi.encodeCall(accounting.finalizeUnlock, (executor)),
            abi.encodeCall(accounting.multicall, (withdrawalOf(here, amount))),
            settlement(amount),
            abi.encodeCall(registry.stake, (amount)),
            abi.encodeCall(registry.withdraw, (here)),
            abi.encodeCall(registry.withdrawRewards, (here)),
            abi.encodeCall(registry.cancelUnbond, ())
        ];
        _moody.arm(target, calls[what % 12]);
    }

    /* ESCROW */

    function deposit(uint256 who, uint256 amount) external {
        bool works = takesWhole();
        note(deposited(accountAt(who), bound(amount, 1, 20e6)), works);
    }

    function withdraw(uint256 who, uint256 to, uint256 amount) external {
        address account = accountAt(who);
        uint256 balance = accounting.balanceOf(account);
        if (balance == 0) return;
        amount = bound(amount, 1, balance);
        bool works = pays(accountAt(to));
        vm.prank(account);
        (bool worked, ) = address(accounting).call(abi.encodeCall(accounting.withdraw, (accountAt(to), amount)));
        if (worked && account != address(_moody)) _brought[ownerOf(account)] -= amount;
        note(worked, works);
    }

    function allocate(uint256 amount) external {
        uint256 balance = accounting.balanceOf(client);
        if (balance == 0) return;
        vm.prank(client);
        accounting.allocate(executor, bound(amount, 1, balance));
    }

    /// Settlement moves no token: no mood stops it.
    function settle(uint256 cost) external {
        (bool worked, ) = address(accounting).call(settlement(bound(cost, 1, 20e6)));
        if (!worked && channelBalance() != 0) broken = "a settlement was stopped";
    }

    function withdrawEarnings(uint256 to) external {
        uint256 amount = accounting.withdrawableEarnings(executor);
        if (amount == 0) return;
        bool works = pays(accountAt(to));
        vm.prank(executor);
        (bool worked, ) = address(accounting).call(abi.encodeCall(accounting.withdrawEarnings, (accountAt(to))));
        if (worked) _brought[Owner.Traders] -= amount;
        note(worked, works);
    }

    /* STAKE */

    function stake(uint256 amount) external {
        amount = bound(amount, 1, 20e6);
        give(executor, amount);
        bool works = takesWhole();
        vm.prank(executor);
        (bool worked, ) = address(registry).call(abi.encodeCall(registry.stake, (amount)));
        note(worked, works);
    }

    function unbond(bool asToken, uint256 amount) external {
        address member = asToken ? address(_moody) : executor;
        uint256 active = registry.activeStake(member);
        if (active <= MINIMUM_EXECUTOR) return;
        vm.prank(member);
        registry.unbond(bound(amount, 1, active - MINIMUM_EXECUTOR));
    }

    function withdrawStake(uint256 to) external {
        (, , , uint40 unbondAt, , uint96 unbonding, , ) = registry.members(executor);
        if (unbonding == 0 || block.timestamp < unbondAt) return;
        bool works = pays(accountAt(to));
        vm.prank(executor);
        (bool worked, ) = address(registry).call(abi.encodeCall(registry.withdraw, (accountAt(to))));
        note(worked, works);
    }

    /// A slash moves no token: no mood stops it.
    function slash(bool ofToken, uint256 amount) external {
        IStakeRegistry.Slash memory order;
        (order.id, order.member) = (bytes32(++_reasons), ofToken ? address(_moody) : executor);
        (order.penalty, order.victim, order.victimShare) = (bound(amount, 1, 50e6), stranger, 3_000);
        order.victimLimit = type(uint256).max;
        vm.prank(JUDGE);
        registry.slash(order);
    }

    function withdrawRewards(uint256 to) external {
        if (rewardsOf(stranger) == 0) return;
        bool works = pays(accountAt(to));
        vm.prank(stranger);
        (bool worked, ) = address(registry).call(abi.encodeCall(registry.withdrawRewards, (accountAt(to))));
        note(worked, works);
    }

    /// Once the token behaves, everybody gets everything out; then it has not happened.
    function everybodyLeaves() external {
        uint256 snapshot = vm.snapshotState();
        _moody.turn(MoodyToken.Mood.Honest);
        bool left = true;
        for (uint256 i = 0; i < 4; ++i) left = left && exit(accountAt(i));
        vm.revertToState(snapshot);
        if (!left) broken = "somebody could not leave";
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 5 days));
    }

    /* PARTS */

    function deposited(address account, uint256 amount) private returns (bool worked) {
        give(account, amount);
        vm.prank(account);
        (worked, ) = address(accounting).call(abi.encodeCall(accounting.deposit, (amount)));
        if (worked && account != address(_moody)) _brought[ownerOf(account)] += amount;
    }

    /// Deposit, earnings and rewards, all of them.
    function exit(address account) private returns (bool) {
        uint256 balance = accounting.balanceOf(account);
        uint256 earned = accounting.withdrawableEarnings(account);
        uint256 rewarded = rewardsOf(account);
        uint256 before = _moody.balanceOf(ELSEWHERE);
        vm.startPrank(account);
        if (balance != 0) accounting.withdraw(ELSEWHERE, balance);
        if (earned != 0) accounting.withdrawEarnings(ELSEWHERE);
        if (rewarded != 0) registry.withdrawRewards(ELSEWHERE);
        vm.stopPrank();
        return _moody.balanceOf(ELSEWHERE) == before + balance + earned + rewarded;
    }

    function settlement(uint256 cost) private returns (bytes memory) {
        (uint96 paid, , , ) = accounting.lanes(client, executor, 7);
        IAccountingV2.SignedPair memory pair = pairOf(++_nonce, paid + uint96(cost), 0);
        return
            abi.encodeCall(
                accounting.processRequest,
                (pair.request, pair.response, pair.clientSignature, pair.executorSignature)
            );
    }

    function withdrawalOf(address to, uint256 amount) private view returns (bytes[] memory calls) {
        calls = new bytes[](1);
        calls[0] = abi.encodeCall(accounting.withdraw, (to, amount));
    }

    /// A deposit works when the whole of it arrives.
    function takesWhole() private view returns (bool) {
        return _moody.mood() != MoodyToken.Mood.Fee && _moody.mood() != MoodyToken.Mood.False;
    }

    function pays(address to) private view returns (bool) {
        if (_moody.mood() == MoodyToken.Mood.Listing) return !_moody.listed(to);
        return _moody.mood() != MoodyToken.Mood.False;
    }

    function note(bool worked, bool works) private {
        MoodyToken.Mood mood = _moody.mood();
        if (worked != works) broken = worked ? "worked against the token" : "stopped though the token let it";
        if (worked) ++done[mood];
        else ++stopped[mood];
    }

    function accountAt(uint256 i) private view returns (address) {
        address[4] memory accounts = [client, executor, stranger, address(_moody)];
        return accounts[i % 4];
    }

    function ownerOf(address account) private view returns (Owner) {
        if (account == stranger) return Owner.Bystander;
        return account == address(_moody) ? Owner.Token : Owner.Traders;
    }

    /* SUMS */

    /// Transfers in whose middle the token made a call that went through.
    function answered() external view returns (uint256) {
        return _moody.answered();
    }

    function escrow() external view returns (uint256) {
        return _moody.balanceOf(address(accounting));
    }

    function stakes() external view returns (uint256) {
        return _moody.balanceOf(address(registry));
    }

    /// Stake of both members, and shares of slashes.
    function owedByRegistry() external view returns (uint256) {
        uint256 rewards = rewardsOf(stranger) + rewardsOf(TREASURY) + registry.withheldOf(executor);
        return registry.slashableStake(executor) + registry.slashableStake(address(_moody)) + rewards;
    }

    /// What the escrow's books say is theirs.
    function booked(Owner owner) public view returns (uint256) {
        if (owner == Owner.Bystander) return accounting.balanceOf(stranger);
        if (owner == Owner.Token) {
            (uint96 balance, , ) = accounting.channels(address(_moody), executor);
            return accounting.balanceOf(address(_moody)) + balance;
        }
        (uint128 settled, uint128 withdrawn, , , ) = accounting.earnings(executor);
        uint256 deposits = accounting.balanceOf(client) + accounting.balanceOf(executor);
        return deposits + channelBalance() + settled - withdrawn;
    }

    function brought(Owner owner) external view returns (uint256) {
        return _brought[owner];
    }
}
